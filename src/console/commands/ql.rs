//! `QL` View alarms.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QL", "View alarms", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("Temperature and motion alarms: none, an appliance in software has no sensors")
}
