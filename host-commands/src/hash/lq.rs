//! `LQ` Make an HMAC.

use crate::prelude::*;

/// Make an HMAC with a key in a key block, whose usage tells the hash.
///
/// The layout is that of recorded traffic. Key format 00 is not public and refused.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LQ", reply = "LR", evidence = "device")]
#[errors(SOURCE_PARITY, KEY_TYPE, KEY_LENGTH, KEY_BLOCK_FORMAT, KEY_BLOCK_CHECK)]
pub struct Request<'a> {
    /// Hash algorithm.
    #[error(5)]
    pub hash: InHmacKeyBlock,
    /// Bytes of the HMAC: from half a digest up to a whole one.
    #[error(4)]
    pub length: Decimal<4>,
    /// Format of the key.
    #[error(7)]
    pub format: HmacKeyFormat,
    /// HMAC key.
    #[error(80)]
    pub key: HmacKeyBlock<'a>,
    /// Data.
    #[error(81)]
    pub data: Counted5N<'a>,
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
        let hmac = session.hmac(self.key, Use::Generate, self.length.into(), self.data.0)?;
        Ok(Reply { length: self.length, hmac })
    }
}
