//! `CV` Generate a card verification value.

use appliance::Category;

use crate::answers::{Digits, EncryptedKey, Loaded, Pan};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("CV", "Generate the CVV of a card", run);

/// The work is that of the host command CW.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    desk.authorised(lmk, Category::Misc, "console")?;
    let EncryptedKey(key) = desk.ask_as("Enter encrypted CVK pair: ")?;
    let Pan(pan) = desk.ask()?;
    let Digits::<4, 10>(expiry) = desk.ask_as("Enter expiry date: ")?;
    let Digits::<3, 10>(service) = desk.ask_as("Enter service code: ")?;
    let (_, value) = desk.work(&format!("CW{key}{pan};{expiry}{service}%{:02}", lmk.0))?;
    desk.tell(format!("CVV: {value}"))
}
