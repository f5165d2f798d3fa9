//! `CE` Make the Diebold offset of a PIN under the LMK.

use crate::prelude::*;

/// Generate the Diebold offset of a PIN under the LMK.
///
/// The algorithm is not public: everything is checked, also the table in user storage, and the answer
/// is then 68.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CE", reply = "CF", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[errors(DIEBOLD_TABLE, PIN_UNDER_LMK, PIN_TAG, ACCOUNT, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Diebold table and algorithm.
    pub diebold: DieboldKey<'a>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// Validation data.
    pub validation_data: DieboldData<'a>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The offset.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Offset.
    pub offset: Digits<'a, 4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let account = self.account.account()?;
        session.verify_diebold_table(self.diebold.index)?;
        let pin = session.open_pin(self.pin, &account)?;
        session.refuse_excluded(&pin, self.excluded)?;
        diebold_algorithm()
    }
}
