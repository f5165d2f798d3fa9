//! `FC` Format a card.

use crate::answers::{Answer, Name, Pin, Yes};
use crate::card::{Content, Side};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("FC", "Format a smart card: blank, or as a left or right key card", run);

/// What the card becomes.
enum Kind {
    Blank,
    Key(Side),
}

impl Answer for Kind {
    const PROMPT: &'static str = "Blank, Left key or Right key card [B/L/R]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "B" => Ok(Self::Blank),
            "L" => Ok(Self::Key(Side::Left)),
            "R" => Ok(Self::Key(Side::Right)),
            _ => Err("Invalid entry"),
        }
    }
}

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Name(name) = desk.ask()?;
    if desk.has_card(&name)? {
        let Yes(format) = desk.ask_as("Card already formatted, continue? [Y/N]: ")?;
        if !format {
            return Ok(());
        }
    }
    let kind: Kind = desk.ask()?;
    let Pin(pin) = desk.ask_as("Enter new PIN for smartcard: ")?;
    let Pin(again) = desk.ask_as("Re-enter new PIN: ")?;
    if pin != again {
        return Stop::no("PINs did not agree");
    }
    let content = match kind {
        Kind::Blank => Content::Blank,
        Kind::Key(side) => Content::Key(side, desk.password()),
    };
    desk.write_with(&name, &content, &pin)?;
    desk.tell("Format card complete")
}
