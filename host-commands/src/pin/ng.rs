//! `NG` Decrypt a PIN.

use crate::prelude::*;

/// Show a PIN under the LMK in the clear, and the reference number of its account.
///
/// How PINs stand under the LMK, and the reference number, are constructions of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NG", reply = "NH", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[setting(clear_pins, 17)]
#[authorise(Pin, "clear")]
#[errors(PIN_UNDER_LMK, PIN_TAG, ACCOUNT)]
pub struct Request<'a> {
    /// Account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub account: OpenAccount<'a>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

/// The PIN.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Clear PIN, filled with `F`.
    pub pin: ClearPin<'a>,
    /// Reference number: ten digits of the account number, enciphered, and two check digits.
    pub reference: Numerals<12>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let account = self.account.number()?;
        let pin = session.open_pin(self.pin, &account)?;
        let shown = session.scratch().take(session.settings().lmk_pin_length())?;
        shown.fill(b'F');
        shown.get_mut(..pin.len()).ok_or(error::PIN_UNDER_LMK.0)?.copy_from_slice(pin.digits());
        Ok(Reply { pin: ClearPin(shown), reference: session.reference_number(&account)? })
    }
}
