//! `NP` Change the PIN of a card.

use crate::answers::Pin;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new("NP", "Change the PIN of a smart card", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let card = desk.card()?;
    let Pin(pin) = desk.ask_as("Enter new PIN for smartcard: ")?;
    let Pin(again) = desk.ask_as("Re-enter new PIN: ")?;
    if pin != again {
        return Stop::no("PINs did not agree");
    }
    desk.write_with(&card.name, &card.content, &pin)?;
    desk.tell("PIN change completed")
}
