//! `EW` Sign a message.

use crate::prelude::*;

/// Generate a signature by RSA or ECDSA.
///
/// That of ECDSA is a DER sequence of two integers, made with the number of RFC 6979 (inferred, as is all of ECDSA here).
/// Without a hash the message is the digest information itself: error 74 if it is no DER sequence. What
/// code 03 means is inferred, and so is the object identifier of MDC-2, which is that of OpenSSL.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EW", reply = "EX", evidence = "device", licence = "premium-key-management", slow)]
#[errors(DIGEST_INFORMATION, RSA_LENGTH, PRIVATE_KEY, KEY_BLOCK_FORMAT, KEY_BLOCK_AUTHENTICATION)]
#[errors(KEY_BLOCK_KEY_LENGTH, KEY_USAGE, ALGORITHM, MODE_OF_USE, KEY_BLOCK_VERSION)]
#[error(3, "the private key is not for signatures")]
pub struct Request<'a> {
    /// How it is signed.
    pub method: SignatureMethod<'a>,
    /// Message.
    #[ends(';')]
    pub message: Counted4N<'a>,
    /// Private key.
    pub key: PrivateKeyPlace<'a>,
}

/// The signature.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Signature: by RSA as long as the modulus.
    pub signature: Counted4N<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        session.sign(self.method, self.message.0, self.key).map(|signature| Reply { signature })
    }
}
