//! `GETTIME` Tell the time.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("GETTIME", "Tell date and time of the appliance", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    match desk.state().clock.now() {
        Some(now) => desk.tell(format!("System date and time: {now}")),
        None => desk.tell("System clock is switched off"),
    }
}
