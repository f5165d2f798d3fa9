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
    /// Format of the key.
    #[error(7)]
    pub format: HmacKeyFormat,
    /// HMAC key.
    #[error(80)]
    pub key: SealedHmacKey<'a>,
    /// End of a key that is in no key block.
    #[when(!key.is_block())]
    pub end: Option<Mark<b';'>>,
    /// Data.
    #[error(81)]
    pub data: Counted5N<'a>,
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
        let key = session.hmac_key(self.hash, self.format, self.key, Use::Verify)?;
        let hmac = session.hmac(&key, self.length.into(), self.data.0)?;
        if crypto::equal(hmac.bytes(), self.hmac.bytes()) {
            Ok(Reply {})
        } else {
            Err(error::VERIFICATION_FAILED.0)
        }
    }
}
