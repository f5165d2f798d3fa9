//! `LO` Load an old LMK into key change storage.

use appliance::{Action, Category, KeyChange};

use super::lk::{FromCards, from_cards};
use crate::answers::Loaded;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("LO", "Load an old LMK into key change storage", |desk| load(desk, KeyChange::Old))
        .secure()
        .authorised(Category::Admin)
        .audited();

/// Loads an LMK beside the one in use.
pub(super) fn load(desk: &mut Desk<'_>, change: KeyChange) -> Outcome {
    let Loaded(id) = desk.ask()?;
    desk.tell("Load LMK from components or shares")?;
    let FromCards { lmk, is_live, .. } = from_cards(desk)?;
    if desk.state().lmks.label(id).is_some_and(|label| label.is_live != is_live) {
        return Stop::no("Incompatible key status");
    }
    let loaded = desk.change(|state| state.lmks.load_key_change(id, change, lmk))?;
    loaded.or_else(|fault| Stop::no(fault.to_string()))?;
    desk.did(match change {
        KeyChange::Old => Action::OldLmkInstalled,
        KeyChange::New => Action::NewLmkInstalled,
    });
    desk.tell("LMK loaded into key change storage")
}
