//! `BQ` Move a PIN under the LMK to algorithm B.

use vault::lmk::{PinAlgorithm, PinForm};

use crate::prelude::*;

/// Translate a PIN under the LMK from algorithm A to algorithm B, which has to be set.
///
/// An AES LMK has neither: error 46 (inferred). How PINs stand under the LMK is a construction of our own
/// (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BQ", reply = "BR", evidence = "manual")]
#[setting(has_pin_encryption_algorithm_b(), 17)]
#[authorise(Command, "bq")]
#[errors(PIN_UNDER_LMK, PIN_TAG, ACCOUNT, PIN_LENGTH)]
pub struct Request<'a> {
    /// Account number: twelve digits.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// PIN under the LMK by algorithm A: decimal digits.
    pub pin: PinUnderLmk<'a>,
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
        let account = self.account.account()?;
        let form = PinForm { algorithm: PinAlgorithm::A, ..session.pin_form() };
        let pin = session.open_pin_as(self.pin, &account, form)?;
        Ok(Reply { pin: session.seal_pin(&pin, &account)? })
    }
}
