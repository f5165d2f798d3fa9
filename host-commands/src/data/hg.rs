//! `HG` Decrypt a data block.

use vault::usage::Mode;

use crate::{prelude::*, session::data::of_length};

/// Decrypt one block with a TAK.
///
/// The layout is that of an open program that cites a manual. The key block of a TAK has to have mode of use `N` (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "HG", reply = "HH", evidence = "simulator")]
pub struct Request<'a> {
    /// The block, and its key.
    pub block: TakBlock<'a>,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Data.
    pub data: Hex<8>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (key, mut block) = session.tak_block(self.block, Use::Decrypt)?;
        key.decrypt(Mode::Ecb, &mut [], &mut block).map_err(of_length)?;
        Ok(Reply { data: Hex(block) })
    }
}
