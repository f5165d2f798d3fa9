//! `EW` Sign a message.

use crate::{prelude::*, session::rsa::of_data};

/// Generate an RSA signature.
///
/// Without a hash the message is the digest information itself: error 74 if it is no DER sequence. What
/// codes 03 and 04 mean is inferred, and so is that the hashes 02 and 03 answer 05.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EW", reply = "EX", evidence = "device", licence = "premium-key-management", slow)]
#[errors(DIGEST_INFORMATION, RSA_LENGTH, PRIVATE_KEY, KEY_BLOCK_FORMAT, KEY_BLOCK_AUTHENTICATION)]
#[errors(KEY_BLOCK_KEY_LENGTH, KEY_USAGE, ALGORITHM, MODE_OF_USE, KEY_BLOCK_VERSION)]
#[error(3, "the private key is not for signatures")]
pub struct Request<'a> {
    /// Hash of the message.
    #[error(5)]
    pub hash: SignedHash,
    /// Signature algorithm.
    #[error(6)]
    pub algorithm: SignatureAlgorithm,
    /// Padding.
    #[error(7)]
    pub padding: SignaturePadding,
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
    /// Signature, as long as the modulus.
    pub signature: Counted4N<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let hash = self.hash.hash();
        check_message(hash.is_some(), self.message.0)?;
        let key = session.private_key(self.key)?;
        let key = key.for_signing().ok_or(ErrorCode::new(3))?;
        let signature = key.sign(hash, self.message.0, &mut session.random());
        let signature = session.scratch().copy(&signature.map_err(of_data)?)?;
        Ok(Reply { signature: Counted(signature) })
    }
}

/// Refuses what should be a digest information and is none.
pub(super) fn check_message(is_hashed: bool, message: &[u8]) -> Result<(), ErrorCode> {
    let length = crypto::rsa::PublicKey::der_length(message);
    if is_hashed || length == Some(message.len()) {
        Ok(())
    } else {
        Err(error::DIGEST_INFORMATION.0)
    }
}
