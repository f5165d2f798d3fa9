//! `DM` Delete an LMK.

use appliance::Action;

use crate::answers::{Loaded, Yes};
use crate::screens::{algorithm, scheme};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("DM", "Delete an LMK, and what key change storage holds beside it", run)
        .secure()
        .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(id) = desk.ask()?;
    if let Some(lmk) = desk.state().lmks.get(id) {
        let check = hex::encode_upper(lmk.check_value());
        desk.tell(format!("{:02}  {}  {}  {check}", id.0, scheme(lmk.kind()), algorithm(lmk)))?;
    }
    let Yes(confirmed) = desk.ask_as("Confirm LMK deletion [Y/N]: ")?;
    if !confirmed {
        return desk.tell("LMK not deleted");
    }
    desk.change(|state| {
        state.lmks.erase(id);
        state.private_keys.erase(id);
        state.officers.remove(id);
        state.authorised.revoke_own(id);
    })?;
    desk.did(Action::LmkDeleted);
    desk.tell(format!("LMK {:02} deleted from main memory", id.0))
}
