//! `TRACERT` Trace the route to a host.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("TRACERT", "Trace the route to a host", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("The appliance sends nothing by itself: `traceroute` on its machine asks the same network")
}
