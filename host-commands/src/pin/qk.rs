//! `QK` Move a PIN under the LMK to another account number.

use crate::prelude::*;

/// Translate the account number of a PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "QK", reply = "QL", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[setting(account_translation, 17)]
#[errors(PIN_UNDER_LMK, PIN_TAG, ACCOUNT, PIN_LENGTH)]
pub struct Request<'a> {
    /// PIN under the LMK, for the old account number.
    pub pin: PinUnderLmk<'a>,
    /// Old account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub old: OpenAccount<'a>,
    /// New account number: twelve digits, or the whole number and `;`.
    #[error(22)]
    pub new: OpenAccount<'a>,
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
        let pin = session.open_pin(self.pin, &self.old.number()?)?;
        Ok(Reply { pin: session.seal_pin(&pin, &self.new.number()?)? })
    }
}
