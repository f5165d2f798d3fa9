//! `LM` Verify a decimal MAC.

use crate::prelude::*;

/// Verify a decimal MAC with a TAK.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19. How its digits
/// become decimal is not public: first the decimal ones are taken, then the letters less ten (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LM", reply = "LN", evidence = "manual", licence = "legacy")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// TAK.
    pub key: KeyField<'a, Tak, 10>,
    /// Digits of the MAC.
    pub length: DecimalMacLength,
    /// MAC to verify.
    #[with(length)]
    pub mac: DecimalMac,
    /// Data.
    pub data: FreeData<'a>,
    /// LMK to use; the `~` in front of it ends the data.
    #[after("~%")]
    pub lmk: Option<LmkId>,
}

/// Verified.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Verify)?;
        let mac = DecimalMac::new(key.decimal_mac(self.data.0)?, self.length);
        if crypto::equal(mac.digits(), self.mac.digits()) {
            Ok(Reply {})
        } else {
            Err(error::VERIFICATION_FAILED.0)
        }
    }
}
