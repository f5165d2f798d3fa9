//! `QM` View the management port.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QM", "View the management port", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("Management port: none, consoles use a local socket that is open to its owner alone")
}
