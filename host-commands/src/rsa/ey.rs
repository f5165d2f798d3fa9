//! `EY` Verify a signature.

use crate::prelude::*;

/// Validate a signature of RSA or ECDSA.
///
/// Hash and padding as for `EW`. A signature that is not as long as the modulus answers 76.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EY", reply = "EZ", evidence = "device", licence = "premium-key-management")]
#[errors(DIGEST_INFORMATION, RSA_LENGTH, KEY_BLOCK_FORMAT, KEY_BLOCK_AUTHENTICATION)]
#[errors(KEY_BLOCK_KEY_LENGTH, KEY_USAGE, ALGORITHM, MODE_OF_USE, KEY_BLOCK_VERSION)]
#[error(1, "MAC of the public key is wrong")]
#[error(2, "signature is wrong")]
#[error(4, "not a public key")]
pub struct Request<'a> {
    /// How the message is signed.
    pub method: SignatureMethod<'a>,
    /// Signature.
    #[ends(';')]
    pub signature: Counted4N<'a>,
    /// Message.
    #[ends(';')]
    pub message: Counted4N<'a>,
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
        session.verify_signature(self.method, self.message.0, self.signature.0, self.key).map(|()| Reply {})
    }
}
