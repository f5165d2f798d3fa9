//! `Q4` Archive audit records.

use appliance::Archive;

use crate::prelude::*;

/// Archive records of the audit log: print them, and mark them as archived.
///
/// The reply comes when the printer has them, a line each; at most 2000 are printed at once. The line is that of AUDITLOG
/// at the console (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "Q4", reply = "Q5", evidence = "manual", slow)]
#[error(35, "no audit records")]
#[error(36, "all audit records are archived")]
#[errors(NO_PRINTER)]
pub struct Request {
    /// Which.
    #[error(37)]
    pub mode: Mode,
}

/// Which records are archived.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// The oldest that is not archived.
    #[code("0")]
    Next,
    /// All that are not archived.
    #[code("1")]
    Rest,
    /// All.
    #[code("2")]
    All,
}

/// They are printed.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let which = match self.mode {
            Mode::Next => Archive::Next,
            Mode::Rest => Archive::Rest,
            Mode::All => Archive::All,
        };
        session.archive_records(which, ErrorCode::new(35), ErrorCode::new(36))?;
        Ok(Reply {})
    }
}
