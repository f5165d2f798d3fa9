//! `PC` Load more of a print format.

use crate::prelude::*;

/// Load more of the print format that PA has begun.
///
/// Error 18 without one, and that the format is as it was after an error, are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "PC", reply = "PD", evidence = "manual", licence = "magnetic-stripe-issuing", changes)]
#[errors(NO_PRINT_FORMAT)]
pub struct Request<'a> {
    /// What goes behind the print format; it has at most 299 symbols and constants with this.
    pub format: FormatText<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.load_form(self, |begun| {
            Ok(begun.ok_or(error::NO_PRINT_FORMAT.0)?.extended(self.format.0))
        })?;
        Ok(Reply {})
    }
}
