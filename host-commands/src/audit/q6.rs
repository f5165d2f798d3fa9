//! `Q6` Delete audit records.

use appliance::Fate;

use crate::prelude::*;

/// Delete records of the audit log from the oldest on, as long as they are retrieved or archived.
///
/// At most 2000 are deleted at once.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "Q6", reply = "Q7", evidence = "manual")]
#[authorise(Audit, "")]
#[error(35, "no audit records")]
#[error(36, "no audit records of this kind")]
pub struct Request {
    /// Which.
    pub mode: Mode,
}

/// Which records are deleted.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Those that are retrieved.
    #[code("0")]
    Retrieved,
    /// Those that are archived.
    #[code("1")]
    Archived,
}

/// How many were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {
    /// Number of records, 1 to 2000.
    pub count: Decimal<4>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let log = session.audit_log();
        if log.is_empty() {
            return Err(ErrorCode::new(35));
        }
        let has: fn(Fate) -> bool = match self.mode {
            Mode::Retrieved => |fate| fate.retrieved,
            Mode::Archived => |fate| fate.archived,
        };
        match log.delete(has).map_err(not_written)? {
            0 => Err(ErrorCode::new(36)),
            count => Ok(Reply { count: capped(count as u64) }),
        }
    }
}
