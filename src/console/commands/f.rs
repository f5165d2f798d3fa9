//! `F` Generate a ZMK component.

use super::gc::show;
use crate::desk::ZMK_COMPONENT;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("F", "Generate a ZMK component and show it in the clear", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed_zmk(ZMK_COMPONENT)?;
    show(desk, &to, None)
}
