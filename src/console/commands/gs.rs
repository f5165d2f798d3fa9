//! `GS` Generate a key of components that go to smart cards.

use appliance::Category;
use vault::Key;
use vault::usage::Stated;
use zeroize::Zeroizing;

use super::gc::generate;
use crate::answers::{Number, Yes};
use crate::card::Content;
use crate::desk::Destination;
use crate::screens::check_value;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("GS", "Generate a key and write its components to smart cards", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Number::<2, 3>(count) = desk.ask_as("Enter number of components [2-3]: ")?;
    let to = desk.destination()?;
    desk.authorised(to.lmk, Category::Component, &to.sub())?;
    on_cards(desk, &to, count, "Encrypted key")
}

/// Draws so many components, writes each to a card, and forms a key of them.
pub(super) fn on_cards(desk: &mut Desk<'_>, to: &Destination, count: u32, title: &str) -> Outcome {
    let mut formed: Option<Key<Stated>> = None;
    for number in 1..=count {
        let component = generate(desk, to)?;
        let printed = component.printed();
        let digits = core::str::from_utf8(printed.digits()).unwrap_or_default();
        let content = Content::KeyComponent(Zeroizing::new(digits.to_owned()));
        loop {
            desk.tell(format!("Card {number}"))?;
            let card = desk.blank_card()?;
            desk.write(&card, &content)?;
            let Yes(more) = desk.ask_as("Make additional copies? [Y/N]: ")?;
            if !more {
                break;
            }
        }
        match &mut formed {
            None => formed = Some(component),
            Some(key) => key.combine(&component).or_else(Stop::of_key)?,
        }
    }
    let Some(key) = formed else { return Err(Stop::Aborted) };
    let key =
        key.formed(desk.state().policy()).or_else(Stop::of_key)?;
    let sealed = desk.seal(&key, to, None)?;
    desk.tell_key(title, &sealed, &check_value(&key))
}
