//! `VA` View authorised activities.

use super::a::list;
use crate::{Command, Desk, Outcome, answers::Loaded};

pub(super) const COMMAND: Command = Command::new("VA", "View authorised activities of an LMK", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    list(desk, lmk)
}
