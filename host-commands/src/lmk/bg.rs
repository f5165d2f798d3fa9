//! `BG` Move a PIN to the new LMK.

use crate::prelude::*;

/// Translate a PIN from the old LMK to the new one, and to the PIN length that is set now.
///
/// Only the length changes where key change storage holds the LMK that is in use. How PINs stand under
/// an LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BG", reply = "BH", evidence = "manual")]
#[errors(
    PIN_UNDER_LMK,
    ACCOUNT,
    PIN_LENGTH,
    KEY_CHANGE_STORAGE,
    MIGRATION,
    PIN_TAG,
    STRONGER_LMK
)]
pub struct Request<'a> {
    /// Account number: twelve digits, or the whole number and `;`.
    pub account: OpenAccount<'a>,
    /// PIN under the old LMK.
    pub pin: OldPinUnderLmk<'a>,
}

/// The PIN under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// PIN under the new LMK.
    pub pin: PinUnderLmk<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { pin: session.migrate_pin(self.pin, &self.account.number()?)? })
    }
}
