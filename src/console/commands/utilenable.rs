//! `UTILENABLE` Switch the statistics on and off.

use appliance::Action;

use crate::answers::Yes;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("UTILENABLE", "Suspend or resume the gathering of statistics of load", run)
        .offline();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let title = "Utilization statistics gathering";
    toggle(desk, title, Action::UtilisationState, |state| &mut state.monitoring.utilisation)
}

/// Shows whether something is gathered, and changes it.
pub(super) fn toggle(
    desk: &mut Desk<'_>,
    title: &str,
    action: Action,
    place: fn(&mut appliance::State) -> &mut bool,
) -> Outcome {
    let is_on = *place(&mut (*desk.state()).clone());
    let (word, verb) = if is_on { ("ENABLED", "Suspend") } else { ("SUSPENDED", "Resume") };
    desk.tell(format!("{title} is currently {word}"))?;
    let Yes(change) = desk.ask_as(&format!("{verb} {}? [Y/N]: ", title.to_lowercase()))?;
    if change {
        desk.change(|state| *place(state) = !is_on)?;
        desk.did(action);
        let word = if is_on { "SUSPENDED" } else { "ENABLED" };
        desk.tell(format!("{title} is now {word}"))?;
    }
    Ok(())
}
