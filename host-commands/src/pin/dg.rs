//! `DG` Make the PVV of a PIN under the LMK.

use crate::prelude::*;

/// Generate the Visa PIN verification value of a PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DG", reply = "DH", evidence = "device", licence = "magnetic-stripe-issuing")]
#[errors(PIN_UNDER_LMK, PIN_TAG, ACCOUNT, PIN_LENGTH, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 10>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// Account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub account: OpenAccount<'a>,
    /// PVK indicator.
    pub indicator: Numerals<1>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The value.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN verification value.
    pub pvv: Numerals<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let pvk = session.open(self.pvk, Use::Generate)?;
        let account = self.account.number()?;
        let pin = session.open_pin(self.pin, &account)?;
        session.refuse_excluded(&pin, self.excluded)?;
        let pvv = PvvMethod::new(pvk, account, self.indicator).pvv(&pin)?;
        Ok(Reply { pvv })
    }
}
