//! `CLEARAUDIT` Clear the audit log.

use appliance::{Action, Category};

use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new("CLEARAUDIT", "Clear the audit log", run)
    .secure()
    .authorised(Category::Audit)
    .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let log = desk.appliance().audit_log();
    if log.is_empty() {
        return desk.tell("Audit Log is empty");
    }
    log.clear().or_else(|fault| Stop::no(fault.to_string()))?;
    desk.did(Action::AuditLogCleared);
    desk.tell("Audit Log Cleared")
}
