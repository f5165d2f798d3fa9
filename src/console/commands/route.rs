//! `ROUTE` View routes.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("ROUTE", "View routes", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("The appliance uses the routes of its machine: `ip route` shows them there")
}
