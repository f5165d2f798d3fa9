//! `BA` Encrypt a clear PIN.

use crate::{prelude::*, session::pin::pin_fault};

/// Encrypt a clear PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BA", reply = "BB", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[setting(clear_pins, 17)]
#[authorise(Pin, "clear")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_LENGTH)]
pub struct Request<'a> {
    /// Clear PIN, filled with `F`.
    pub pin: ClearPin<'a>,
    /// Account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub account: OpenAccount<'a>,
}

/// The PIN under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let digits = self.pin.0.iter().take_while(|digit| **digit != b'F').count();
        let pin = Pin::from_digits(&self.pin.0[..digits]).map_err(pin_fault)?;
        Ok(Reply { pin: session.seal_pin(&pin, &self.account.number()?)? })
    }
}
