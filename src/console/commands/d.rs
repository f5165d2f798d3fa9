//! `D` Form a ZMK from encrypted components.

use super::fk::{Kind, form};
use crate::answers::{Number, Yes};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("D", "Form a ZMK from components of F and Z, or from smart cards", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed_zmk(*b"000")?;
    let Yes(cards) = desk.ask_as("Input components from smartcards? [Y/N]: ")?;
    let Number::<2, 9>(count) = desk.ask_as("Enter number of components (2-9): ")?;
    form(desk, &to, if cards { Kind::Cards } else { Kind::ZmkComponents }, count)
}
