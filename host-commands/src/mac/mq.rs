//! `MQ` Make a MAC on a large message.

use crate::prelude::*;

/// Make a MAC on a large message with a ZAK, block by block.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19. Error 02 of older
/// devices, which took single length keys only, does not occur.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MQ", reply = "MR", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// Place of this block in the message.
    #[error(5)]
    pub place: Place,
    /// ZAK.
    pub key: KeyField<'a, Zak, 10>,
    /// Chaining value from the block before.
    #[when(place.continues())]
    #[with(8)]
    pub chain: Option<CipherBlock>,
    /// Message block: whole eights of bytes, if more is to come.
    pub data: ShortData<'a>,
}

/// The chaining value, or the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block, or the whole MAC.
    #[with(8)]
    pub residue: CipherBlock,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Generate)?;
        let residue = key.block(self.place, self.chain.as_ref(), self.data.0)?;
        Ok(Reply { residue })
    }
}
