//! `V` Verify an LMK.

use appliance::Action;

use crate::{Command, Desk, Outcome, answers::Loaded};

pub(super) const COMMAND: Command =
    Command::new("V", "Verify an LMK: tell its check value", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(id) = desk.ask()?;
    let check = desk.state().lmks.get(id).map(|lmk| hex::encode_upper(lmk.check_value()));
    desk.did(Action::LmkVerified);
    desk.tell(format!("Check: {}", check.unwrap_or_default()))
}
