//! `L0` Generate an HMAC key.

use vault::Protection;

use crate::prelude::*;

/// Generate an HMAC key in a key block.
///
/// The layout is that of recorded traffic. Of the key formats only the key block is known; 00, which
/// is not public, is refused, and so is a key block LMK of triple DES (48).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "L0", reply = "L1", evidence = "device")]
#[errors(STRONGER_LMK)]
pub struct Request<'a> {
    /// Hash algorithm.
    #[error(5)]
    pub hash: InHmacKeyBlock,
    /// What the key is for.
    #[error(6)]
    pub usage: InHmacKeyBlock,
    /// Bytes of the key: from half a digest up to 64.
    #[error(4)]
    pub length: Decimal<4>,
    /// Format of the key.
    #[error(7)]
    pub format: HmacKeyFormat,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block, which has to have them; its algorithm is `H0`.
    #[after("#")]
    pub header: Option<KeyBlockHeader<'a>>,
}

/// The key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// HMAC key under the LMK.
    pub key: HmacKeyBlock<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if !session.keeps_key_blocks()? {
            return Err(ErrorCode::new(7));
        }
        let header = self.header.ok_or(ErrorCode::INVALID_INPUT)?;
        let attributes = header.of_hmac_key(self.length.into())?;
        let key = session.generate(attributes.size)?;
        let (header, optional) = (attributes.header, attributes.optional);
        let sealed = session.seal(&key, &Protection::KeyBlock { header, optional })?;
        Ok(Reply { key: HmacKeyBlock::untagged(sealed) })
    }
}
