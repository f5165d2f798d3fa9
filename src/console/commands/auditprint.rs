//! `AUDITPRINT` Print the audit log.

use appliance::{Archive, Unarchived};

use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new(
    "AUDITPRINT",
    "Print the audit log; -n only what was not printed before",
    run,
);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let is_rest = desk.arguments().iter().any(|argument| argument.eq_ignore_ascii_case("-n"));
    let which = if is_rest { Archive::Rest } else { Archive::All };
    match desk.appliance().archive(which, usize::MAX) {
        Ok(count) => desk.tell(format!("Audit Log printed ({count} entries)")),
        Err(Unarchived::Empty | Unarchived::Done) => desk.tell("Audit log is empty"),
        Err(Unarchived::NoPrinter) => Stop::no("Printer not ready"),
        Err(Unarchived::NotWritten(fault)) => Stop::no(fault.to_string()),
    }
}
