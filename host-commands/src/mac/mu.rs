//! `MU` Make a MAC on a binary message.

use crate::prelude::*;

/// Make a MAC on a binary message with a TAK, block by block.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19. Between the blocks
/// the chaining value is encrypted under LMK pair 16-17, variant 1; what a key block LMK does is an own
/// construction.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MU", reply = "MV", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// Place of this block in the message.
    pub place: Place,
    /// TAK.
    pub key: KeyField<'a, Tak, 10>,
    /// Chaining value from the block before, under the LMK.
    #[when(place.continues())]
    pub chain: Option<Hex<8>>,
    /// Message block: whole eights of bytes, if more is to come.
    pub data: ShortData<'a>,
}

/// The chaining value, or the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block, under the LMK.
    #[when(!request.place.finishes())]
    pub chain: Option<Hex<8>>,
    /// MAC.
    #[when(request.place.finishes())]
    pub mac: Option<Hex<4>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Generate)?;
        let before = session.open_chaining_value(self.chain)?;
        let residue = key.block(self.place, before.as_ref(), self.data.0)?;
        if self.place.finishes() {
            return Ok(Reply { chain: None, mac: Some(residue.start()) });
        }
        Ok(Reply { chain: Some(session.seal_chaining_value(&residue)?), mac: None })
    }
}
