//! `C2` Make a MAC on a large message (AS 2805).

use crate::prelude::*;

/// Make a MAC on a large message by AS 2805, ANSI X9.9 or X9.19, block by block.
///
/// The fields are those of a manual as a list of commands quotes it. That AS 2805.4.1 and ANSI X9.19 give the
/// same MAC, what is in the reply, and the error codes, which are those of `MS`, are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "C2", reply = "C3", evidence = "inferred")]
pub struct Request<'a> {
    /// The block, and how its MAC is made.
    pub message: LargeMessage<'a>,
}

/// The chaining value, or the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block.
    #[when(!request.message.place.finishes())]
    #[with(8)]
    pub chain: Option<CipherBlock>,
    /// MAC.
    #[when(request.message.place.finishes())]
    #[with(request.message.method.bytes())]
    pub mac: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let LargeMessage { place, method, chain, .. } = self.message;
        let (key, block) = self.message.open(session, Use::Generate)?;
        let residue = key.block(place, chain.as_ref(), block)?;
        if place.finishes() {
            let mac = CipherBlock::new(&residue.bytes()[..method.bytes()]);
            return Ok(Reply { chain: None, mac: Some(mac) });
        }
        Ok(Reply { chain: Some(residue), mac: None })
    }
}
