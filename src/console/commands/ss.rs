//! `SS` Save settings to a card.

use appliance::Action;

use crate::card::Content;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SS", "Save the security settings to a smart card", save).secure().audited();

/// Saves all settings.
pub(super) fn save(desk: &mut Desk<'_>) -> Outcome {
    let Ok(text) = toml::to_string(&desk.state().settings) else {
        return Stop::no("Settings cannot be saved");
    };
    desk.tell("Insert a blank card")?;
    let card = desk.blank_card()?;
    desk.write(&card, &Content::Settings(text))?;
    desk.did(Action::SettingsSaved);
    desk.tell("Settings saved to smartcard")
}
