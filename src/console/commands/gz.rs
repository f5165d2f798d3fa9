//! `GZ` Generate a ZMK of components that go to smart cards.

use super::gs::on_cards;
use crate::answers::Number;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("GZ", "Generate a ZMK and write its components to smart cards", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed_zmk(*b"000")?;
    let Number::<2, 3>(count) = desk.ask_as("Enter number of components [2-3]: ")?;
    on_cards(desk, &to, count, "Encrypted ZMK")
}
