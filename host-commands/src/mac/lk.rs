//! `LK` Make a decimal MAC.

use crate::prelude::*;

/// Make a decimal MAC with a TAK.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19. How its digits
/// become decimal is not public: first the decimal ones are taken, then the letters less ten (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LK", reply = "LL", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// TAK.
    pub key: KeyField<'a, Tak, 10>,
    /// Digits of the MAC.
    pub length: DecimalMacLength,
    /// Data.
    pub data: FreeData<'a>,
    /// LMK to use; the `~` in front of it ends the data.
    #[after("~%")]
    pub lmk: Option<LmkId>,
}

/// The MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Decimal MAC.
    #[with(request.length)]
    pub mac: DecimalMac,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Generate)?;
        let mac = DecimalMac::new(key.decimal_mac(self.data.0)?, self.length);
        Ok(Reply { mac })
    }
}
