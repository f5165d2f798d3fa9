//! `L0` Generate an HMAC key.

use crate::prelude::*;

/// Generate an HMAC key.
///
/// The layout is that of a manual, and with a key block (format 04) that of recorded traffic. How a key stands under a
/// variant LMK (format 00) is not public and an own construction. The manual of an older device limits the length of a key by
/// its buffers alone; here it has at most 128 bytes, a block of the longest hash, and else answers 04.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "L0", reply = "L1", evidence = "device")]
pub struct Request<'a> {
    /// What the key is.
    pub facts: HmacKeyFacts,
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
    pub key: SealedHmacKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let lmk = session.lmk()?;
        self.format.check(lmk, ErrorCode::new(7))?;
        let Attributes { size, header, optional } =
            self.facts.attributes(self.format, self.header, KeyBlockHeader::of_hmac_key)?;
        let key = session.generate(size)?;
        Ok(Reply { key: session.seal_hmac(lmk, &key, header, optional)? })
    }
}
