//! `LS` Verify an HMAC.

use crate::prelude::*;

/// Verify an HMAC.
///
/// With a key block (format 04), whose usage tells the hash, the layout is that of recorded traffic; else that of `LQ` with
/// the HMAC where it is in that traffic.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LS", reply = "LT", evidence = "device")]
#[errors(VERIFICATION_FAILED, SOURCE_PARITY, KEY_TYPE, KEY_LENGTH, KEY_BLOCK_FORMAT, KEY_BLOCK_CHECK)]
#[error(6, "the key may not verify HMACs")]
#[error(8, "HMAC key")]
pub struct Request<'a> {
    /// Hash algorithm.
    #[error(5)]
    pub hash: HmacHash,
    /// Bytes of the HMAC: from half a digest, or what the settings say, up to a whole one.
    #[error(4)]
    pub length: Decimal<4>,
    /// HMAC.
    #[error(4)]
    #[with(length.into())]
    pub hmac: Digest,
    /// The data, and their key.
    pub message: HmacMessage<'a>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
}

/// Nothing: the HMAC is right.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let hmac = session.hmac(self.hash, self.message, Use::Verify, self.length.into())?;
        if crypto::equal(hmac.bytes(), self.hmac.bytes()) {
            Ok(Reply {})
        } else {
            Err(error::VERIFICATION_FAILED.0)
        }
    }
}
