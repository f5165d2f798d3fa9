//! `DE` Make the offset of a PIN under the LMK.

use crate::prelude::*;

/// Generate the IBM 3624 offset of a PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DE", reply = "DF", evidence = "device", licence = "magnetic-stripe-issuing")]
#[errors(PVK_NOT_SINGLE, PIN_UNDER_LMK, PIN_TAG, ACCOUNT, PIN_LENGTH, DECIMALISATION)]
#[errors(PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 10>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// Fewest digits that the PIN must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub account: OpenAccount<'a>,
    /// What the offset is made from.
    pub data: OffsetData<'a>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The offset.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `02` where the PVK is not single length.
    #[code(0, 2)]
    pub code: ErrorCode,
    /// Offset.
    pub offset: PinOffset,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let pvk = session.open(self.pvk, Use::Generate)?;
        let account = self.account.number()?;
        let method = session.offset_method(pvk, self.check_length, &self.data, &account)?;
        let pin = session.open_pin(self.pin, &account)?;
        session.refuse_excluded(&pin, self.excluded)?;
        Ok(Reply { code: method.success(), offset: method.offset(&pin)? })
    }
}
