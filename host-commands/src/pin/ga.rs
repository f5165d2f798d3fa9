//! `GA` Derive a PIN by the Diebold method.

use crate::prelude::*;

/// Derive the PIN of a Diebold offset, under the LMK.
///
/// The algorithm is not public: everything is checked, also the table in user storage, and the answer
/// is then 68.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GA", reply = "GB", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[errors(DIEBOLD_TABLE, ACCOUNT)]
pub struct Request<'a> {
    /// Diebold table and algorithm.
    pub diebold: DieboldKey<'a>,
    /// Offset; `0000` is none.
    pub offset: Digits<'a, 4>,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// Validation data.
    pub validation_data: DieboldData<'a>,
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
        session.verify_diebold_table(self.diebold.index)?;
        diebold_algorithm()
    }
}
