//! `RC` Read a card of which nobody knows what it is.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("RC", "Read an unidentifiable smart card: tell what kind it is", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let card = desk.card()?;
    desk.tell(format!("This card is a {}", card.content.word().to_lowercase()))
}
