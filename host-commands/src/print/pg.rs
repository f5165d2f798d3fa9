//! `PG` Verify the check values of a PIN mailer.

use crate::prelude::*;

/// Verify the check values that PE returned.
///
/// Which of the two is wrong is not told (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "PG", reply = "PH", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[errors(VERIFICATION_FAILED, PIN_UNDER_LMK, PIN_TAG, ACCOUNT)]
pub struct Request<'a> {
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// PIN check value.
    pub pin_check: PinCheckValue<'a>,
    /// Reference check value.
    pub reference_check: Numerals<12>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let account = self.account.account()?;
        let pin = session.open_pin(self.pin, &account)?;
        let pin_check = session.pin_check_value(&account, &pin)?;
        let reference_check = session.reference_check_value(&account)?;
        let right = crypto::equal(pin_check.0, self.pin_check.0)
            & crypto::equal(&reference_check.0, &self.reference_check.0);
        if right { Ok(Reply {}) } else { Err(error::VERIFICATION_FAILED.0) }
    }
}
