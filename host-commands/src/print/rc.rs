//! `RC` Verify the check value of a solicitation mailer.

use crate::prelude::*;

/// Verify the reference check value that OA or PE returned.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "RC", reply = "RD", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[errors(VERIFICATION_FAILED, ACCOUNT)]
pub struct Request<'a> {
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
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
        let reference_check = session.reference_check_value(&self.account.account()?)?;
        let right = crypto::equal(&reference_check.0, &self.reference_check.0);
        if right { Ok(Reply {}) } else { Err(error::VERIFICATION_FAILED.0) }
    }
}
