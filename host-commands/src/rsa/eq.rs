//! `EQ` Verify the MAC of a public key.

use crate::prelude::*;

/// Verify the MAC of a public key.
///
/// Under a key-block LMK the key is in a key block, whose authenticator is verified (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EQ", reply = "ER", evidence = "manual", licence = "premium-key-management")]
#[errors(VERIFICATION_FAILED, KEY_BLOCK_FORMAT)]
#[error(4, "not a public key")]
pub struct Request<'a> {
    /// Public key.
    pub key: TrustedPublicKey<'a>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.public_key(self.key, Use::Any).map(|_| Reply {})
    }
}
