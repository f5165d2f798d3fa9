//! `AUDITLOG` View the audit log.

use appliance::{Action, CAPACITY, HEADING};

use crate::answers::Yes;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("AUDITLOG", "View the audit log; -v checks that nothing in it was changed", run);

/// Records on a page. Source: manual.
const PAGE: usize = 20;

fn run(desk: &mut Desk<'_>) -> Outcome {
    let log = desk.appliance().audit_log();
    if desk.arguments().iter().any(|argument| argument.eq_ignore_ascii_case("-v")) {
        let checked = log.verify().or_else(|fault| Stop::no(fault.to_string()))?;
        return match checked {
            Ok(records) => desk.tell(format!("Audit Log verified ({records} entries)")),
            Err(damage) => Stop::no(format!("Audit Log is damaged: {damage}")),
        };
    }
    let count = log.len();
    if count == 0 {
        return desk.tell("Audit log is empty");
    }
    let full = if count >= CAPACITY { " - Audit Log is full" } else { "" };
    desk.tell(format!("Audit Log ({count} entries){full}"))?;
    desk.tell(HEADING)?;
    // What is recorded while the officer reads is for the next time.
    let (mut from, end) = (0, log.next());
    desk.did(Action::AuditLogRead);
    loop {
        let page = log.records(from, PAGE).or_else(|fault| Stop::no(fault.to_string()))?;
        for record in page.iter().filter(|record| record.number < end) {
            desk.tell(record.to_string())?;
        }
        from = match page.last() {
            Some(last) if last.number + 1 < end => last.number + 1,
            _ => return Ok(()),
        };
        let Yes(more) = desk.ask_as("Continue displaying audit log entries? [Y/N]: ")?;
        if !more {
            return Ok(());
        }
    }
}
