//! `K` Encrypt a terminal key or PVK.

use super::fk::{Kind, form};
use crate::answers::Number;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("K", "Form a single-length TMK, TPK or PVK from clear components", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed(*b"002", false)?;
    let Number::<1, 9>(count) = desk.ask_as("Enter number of components (1-9): ")?;
    desk.enough_components(count)?;
    form(desk, &to, Kind::Xor, count)
}
