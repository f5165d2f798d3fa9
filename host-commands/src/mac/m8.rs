//! `M8` Verify a MAC.

use crate::prelude::*;

/// Verify the MAC on a message that may come in several blocks.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "M8", reply = "M9", evidence = "device")]
#[errors(VERIFICATION_FAILED)]
#[error(4, "algorithm, or the key cannot do it")]
#[error(6, "message length")]
pub struct Request<'a> {
    /// The message block, and how its MAC is made.
    pub block: MacMessage<'a>,
    /// MAC to verify.
    #[when(block.place.finishes())]
    #[with(block.size.bytes())]
    pub mac: Option<CipherBlock>,
}

/// The chaining value, if more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value for the next block.
    #[when(!request.block.place.finishes())]
    #[with(request.block.key.block_size())]
    pub chain: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (key, message) = self.block.open(session, Use::Verify)?;
        let chain = self.block.chain.as_ref();
        let Some(mac) = &self.mac else {
            return Ok(Reply { chain: Some(key.chain(chain, message)?) });
        };
        key.verify(chain, message, mac.bytes())?;
        Ok(Reply { chain: None })
    }
}
