//! `DO` Delete an LMK from key change storage.

use appliance::Action;

use crate::answers::{Loaded, Yes};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("DO", "Delete an old or new LMK from key change storage", run).secure().audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(id) = desk.ask()?;
    if desk.state().lmks.migration(id).is_none() {
        return Stop::no("Key change storage is empty");
    }
    let Yes(confirmed) = desk.ask_as("Confirm LMK deletion [Y/N]: ")?;
    if !confirmed {
        return desk.tell("LMK not deleted");
    }
    desk.change(|state| state.lmks.erase_key_change(id))?;
    desk.did(Action::KeyChangeDeleted);
    desk.tell(format!("LMK {:02} deleted from key change storage", id.0))
}
