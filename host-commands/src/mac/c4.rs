//! `C4` Verify a MAC on a large message (AS 2805).

use crate::prelude::*;

/// Verify the MAC on a large message by AS 2805, ANSI X9.9 or X9.19, block by block.
///
/// The fields are those of a manual as a list of commands quotes it. That AS 2805.4.1 and ANSI X9.19 give the
/// same MAC, what is in the reply, and the error codes, which are those of `MS`, are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "C4", reply = "C5", evidence = "inferred")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// The block, and how its MAC is made.
    pub message: LargeMessage<'a>,
    /// MAC to verify.
    #[when(message.place.finishes())]
    #[with(message.method.bytes())]
    pub mac: Option<CipherBlock>,
}

/// The chaining value, if more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block.
    #[when(!request.message.place.finishes())]
    #[with(8)]
    pub chain: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (key, block) = self.message.open(session, Use::Verify)?;
        let chain = self.message.chain.as_ref();
        let Some(mac) = &self.mac else {
            return Ok(Reply { chain: Some(key.chain(chain, block)?) });
        };
        key.verify(chain, block, mac.bytes())?;
        Ok(Reply { chain: None })
    }
}
