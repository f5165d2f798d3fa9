//! `DC` Duplicate a component card.

use appliance::Action;

use super::gk::write_copies;
use crate::card::Content;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("DC", "Duplicate an LMK component card", run).secure().audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    desk.tell("Insert the card to be duplicated")?;
    loop {
        let card = desk.card()?;
        if matches!(card.content, Content::Component { .. }) {
            desk.tell("Insert a blank card")?;
            return write_copies(desk, &card.content, Action::LmkCopied);
        }
        desk.refuse("Not a LMK card")?;
    }
}
