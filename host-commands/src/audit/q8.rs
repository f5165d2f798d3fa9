//! `Q8` Verify an audit record.

use crate::prelude::*;

/// Verify the MAC on a record of the audit log, with the key that is in it.
///
/// How the MAC is made is said at Q2.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "Q8", reply = "Q9", evidence = "manual")]
#[errors(VERIFICATION_FAILED, SOURCE_PARITY)]
pub struct Request {
    /// Record as Q2 returned it.
    pub record: Hex<40>,
}

/// It is right.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.verify_record(&self.record.0).map(|()| Reply {})
    }
}
