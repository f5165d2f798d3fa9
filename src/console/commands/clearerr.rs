//! `CLEARERR` Clear the error log.

use appliance::Action;

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CLEARERR", "Clear the error log", run).secure().audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.appliance().errors().clear();
    desk.did(Action::ErrorLogCleared);
    desk.tell("Error Log Cleared")
}
