//! `DE` Form a double-length ZMK from clear components.

use super::fk::{Kind, form};
use crate::answers::{Answer, Number};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("DE", "Form a double-length ZMK from clear halves or components", run);

/// Halves, or components of full length.
struct Half(bool);

impl Answer for Half {
    const PROMPT: &'static str = "Enter half or full length components [H/F]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "H" => Ok(Self(true)),
            "F" => Ok(Self(false)),
            _ => Err("Invalid entry"),
        }
    }
}

/// Parity of components is not looked at. Source: console reference of an older device; the words are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed(*b"000", true)?;
    let Half(half) = desk.ask()?;
    if half {
        return form(desk, &to, Kind::Parts, 2);
    }
    let Number::<2, 9>(count) = desk.ask_as("Enter number of components (2-9): ")?;
    form(desk, &to, Kind::Xor, count)
}
