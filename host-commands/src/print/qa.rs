//! `QA` Load choices of PINs.

use crate::prelude::*;

/// Load solicitation data: choices of PINs, as forms brought them back.
///
/// They wait for QC, which ends the batch. What was in user storage is lost. A wrong entry loads none
/// of its message, and more than 1,130 entries answer 21 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "QA", reply = "QB", evidence = "manual", licence = "magnetic-stripe-issuing", changes)]
#[errors(REFERENCE_NUMBER)]
pub struct Request<'a> {
    /// Reference numbers and PINs.
    pub choices: Choices<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.keep_choices(self, self.choices).map(|()| Reply {})
    }
}
