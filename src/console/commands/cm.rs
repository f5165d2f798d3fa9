//! `CM` Configure the management port.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("CM", "Configure the management port", run).secure();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("There is no management port: consoles use a local socket that is open to its owner alone")
}
