//! `Q2` Retrieve an audit record.

use crate::prelude::*;

/// Retrieve the oldest record of the audit log that was not retrieved.
///
/// What a record is made of is known from recorded traffic. How the MAC is made is not published: here it is ISO 9797-1
/// algorithm 3 over the sixteen bytes before it, with a random key of double length for each record, and that key stands
/// under LMK pair 22-23 variant 7 of the LMK of the message, or of the first variant LMK (inferred). A record is there for
/// good before it is returned.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "Q2", reply = "Q3", evidence = "device")]
#[error(35, "no audit records")]
#[error(36, "all audit records are retrieved")]
pub struct Request;

/// The record.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {
    /// Counter (8H), time hhmmss (6N), date DDMMYY (6N), code (two ASCII characters, 4H), flags (4H: two bits 00 host
    /// command, 01 console command, 10 fraud, 11 user action; archived; retrieved), error code (4H), MAC (16H), MAC key (32H).
    pub record: Hex<40>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let record = session.retrieve_record(ErrorCode::new(35), ErrorCode::new(36))?;
        Ok(Reply { record })
    }
}
