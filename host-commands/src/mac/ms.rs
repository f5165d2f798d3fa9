//! `MS` Make a MAC on a large message (ANSI X9.19).

use crate::prelude::*;

/// Make a MAC on a large message with a TAK or ZAK, block by block.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19. Where the length
/// that is stated is another, error 27 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MS", reply = "MT", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// Place of this block in the message.
    #[error(5)]
    pub place: Place,
    /// Type of the key.
    #[error(4)]
    pub key_type: LargeMacKey,
    /// Length of the key.
    #[error(6)]
    pub key_length: MacKeyLength,
    /// Encoding of the block.
    #[error(3)]
    pub encoding: BlockEncoding,
    /// TAK or ZAK.
    pub key: KeyField<'a, MacKey, 10>,
    /// Chaining value from the block before.
    #[when(place.continues())]
    #[with(8)]
    pub chain: Option<CipherBlock>,
    /// Message block: whole eights of bytes, if more is to come.
    #[with(encoding)]
    pub block: MessageBlock<'a>,
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
        let key = session.open_mac_key_as(self.key, self.key_type.code(), Use::Generate)?;
        if (self.key_length == MacKeyLength::Single) != (key.key.len() == 8) {
            return Err(error::KEY_LENGTH.0);
        }
        let block = Encoding::from(self.encoding).decode(self.block.text, session)?;
        Ok(Reply { residue: key.block(self.place, self.chain.as_ref(), block)? })
    }
}
