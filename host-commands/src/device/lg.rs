//! `LG` Hold replies back.

use crate::prelude::*;

/// Set how long every reply is held back, as slower devices do; 000 ends it.
///
/// The unit is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LG", reply = "LH", evidence = "simulator")]
pub struct Request {
    /// Milliseconds.
    pub delay: Decimal<3>,
}

/// Done.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply;

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.appliance().set_response_delay(self.delay.0);
        Ok(Reply)
    }
}
