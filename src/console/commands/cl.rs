//! `CL` Configure alarms.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("CL", "Configure alarms", run).secure();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("There are no alarms to configure: an appliance in software has no sensors")
}
