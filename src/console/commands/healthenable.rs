//! `HEALTHENABLE` Switch the health counts on and off.

use appliance::Action;

use super::utilenable::toggle;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("HEALTHENABLE", "Suspend or resume the gathering of health counts", run)
        .offline();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let title = "Health check statistics gathering";
    toggle(desk, title, Action::Miscellaneous, |state| &mut state.monitoring.health)
}
