//! `EE` Derive a PIN from its offset.

use crate::prelude::*;

/// Derive the PIN of an IBM 3624 offset, under the LMK.
///
/// The PIN has as many digits as the offset (inferred; `0000` is no offset). How PINs stand under the LMK
/// is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EE", reply = "EF", evidence = "device", licence = "magnetic-stripe-issuing")]
#[errors(PVK_NOT_SINGLE, ACCOUNT, PIN_LENGTH, DECIMALISATION, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 10>,
    /// Offset.
    pub offset: PinOffset,
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

/// The PIN under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `02` where the PVK is not single length.
    #[code(0, 2)]
    pub code: ErrorCode,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let pvk = session.open(self.pvk, Use::Generate)?;
        let (account, offset) = (self.account.number()?, self.offset.offset()?);
        let method = session.offset_method(pvk, self.check_length, &self.data, &account)?;
        let pin = method.pin(&offset)?;
        session.refuse_excluded(&pin, self.excluded)?;
        Ok(Reply { code: method.success(), pin: session.seal_pin(&pin, &account)? })
    }
}
