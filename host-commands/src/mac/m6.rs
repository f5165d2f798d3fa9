//! `M6` Make a MAC.

use crate::prelude::*;

/// Make a MAC on a message that may come in several blocks.
///
/// Between the blocks of one message the host carries the chaining value. Of the algorithms, 5 and
/// 6 and the padding 3 are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "M6", reply = "M7", evidence = "device")]
#[error(4, "algorithm, or the key cannot do it")]
#[error(6, "message length")]
pub struct Request<'a> {
    /// The message block, and how its MAC is made.
    pub block: MacMessage<'a>,
}

/// The chaining value, or the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block.
    #[when(!request.block.place.finishes())]
    #[with(request.block.key.block_size())]
    pub chain: Option<CipherBlock>,
    /// MAC.
    #[when(request.block.place.finishes())]
    #[with(request.block.size.bytes())]
    pub mac: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (key, message) = self.block.open(session, Use::Generate)?;
        let chain = self.block.chain.as_ref();
        if !self.block.place.finishes() {
            return Ok(Reply { chain: Some(key.chain(chain, message)?), mac: None });
        }
        let mac = key.mac(chain, message)?;
        let mac = CipherBlock::new(&mac.bytes()[..self.block.size.bytes()]);
        Ok(Reply { chain: None, mac: Some(mac) })
    }
}
