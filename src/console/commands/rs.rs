//! `RS` Retrieve settings from a card.

use appliance::{Action, Category};

use crate::answers::Yes;
use crate::card::Content;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("RS", "Retrieve the security settings from a smart card", run)
        .secure()
        .authorised(Category::Admin)
        .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Content::Settings(text) = desk.card()?.content else {
        return Stop::no("Card holds no settings");
    };
    let Ok(settings) = toml::from_str(&text) else {
        return Stop::no("Settings of another release");
    };
    let Yes(overwrite) = desk.ask_as("Overwrite the present settings? [Y/N]: ")?;
    if !overwrite {
        return Ok(());
    }
    desk.change(|state| state.settings = settings)?;
    desk.did(Action::SettingsRetrieved);
    desk.tell("Settings retrieved from smartcard")
}
