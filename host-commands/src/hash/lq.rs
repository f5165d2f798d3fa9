//! `LQ` Make an HMAC.

use crate::prelude::*;

/// Make an HMAC.
///
/// The layout is that of a manual, and with a key block (format 04), whose usage tells the hash, that of recorded traffic.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LQ", reply = "LR", evidence = "device")]
#[errors(SOURCE_PARITY, KEY_TYPE, KEY_LENGTH, KEY_BLOCK_FORMAT, KEY_BLOCK_CHECK)]
#[error(6, "the key may not make HMACs")]
#[error(8, "HMAC key")]
pub struct Request<'a> {
    /// Hash algorithm.
    #[error(5)]
    pub hash: HmacHash,
    /// Bytes of the HMAC: from half a digest, or what the settings say, up to a whole one.
    #[error(4)]
    pub length: Decimal<4>,
    /// The data, and their key.
    pub message: HmacMessage<'a>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
}

/// The HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Bytes of the HMAC.
    pub length: Decimal<4>,
    /// HMAC.
    #[with(length.into())]
    pub hmac: Digest,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let hmac = session.hmac(self.hash, self.message, Use::Generate, self.length.into())?;
        Ok(Reply { length: self.length, hmac })
    }
}
