//! `PING` Look whether a host can be reached.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("PING", "Look whether a host can be reached", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("The appliance sends nothing by itself: `ping` on its machine asks the same network")
}
