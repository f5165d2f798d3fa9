//! `GK` Generate a component of an LMK.

use appliance::Action;
use vault::LmkKind;
use vault::lmk::Material;

use super::lk::check;
use crate::answers::{Answer, Number, Yes};
use crate::card::Content;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("GK", "Generate an LMK component and write it to smart cards", run)
        .secure()
        .audited();

/// Kind and length of an LMK.
struct Kind(LmkKind, usize);

impl Answer for Kind {
    const PROMPT: &'static str = "Select LMK type: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        Ok(match text {
            "1" => Self(LmkKind::Variant, 320),
            "2" => Self(LmkKind::Variant, 480),
            "3" => Self(LmkKind::KeyBlock, 24),
            "4" => Self(LmkKind::AesKeyBlock, 32),
            _ => return Err("Invalid entry"),
        })
    }
}

/// Live or test.
pub(super) struct Status(pub(super) bool);

impl Answer for Status {
    const PROMPT: &'static str = "Enter key status [Live/Test]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "L" | "LIVE" => Ok(Self(true)),
            "T" | "TEST" => Ok(Self(false)),
            _ => Err("Invalid entry"),
        }
    }
}

/// One component a run; an LMK is the exclusive or of its components.
fn run(desk: &mut Desk<'_>) -> Outcome {
    for line in [
        "1 - Double-length 3DES variant LMK",
        "2 - Triple-length 3DES variant LMK",
        "3 - Triple-length 3DES key block LMK",
        "4 - 256-bit AES key block LMK",
    ] {
        desk.tell(line)?;
    }
    let Kind(kind, length) = desk.ask()?;
    let Status(live) = desk.ask()?;
    let Number::<1, 9>(number) = desk.ask_as("LMK component set [1-9]: ")?;
    let number = u8::try_from(number).unwrap_or(1);
    let mut random = desk.appliance().randomness().generator();
    let material = Material::generate(kind, length, &mut random)
        .or_else(|fault| Stop::no(fault.to_string()))?;
    let content = Content::Component { number, live, password: desk.password(), material };
    write_copies(desk, &content, Action::LmkGenerated)
}

/// Writes a component to one card or more.
pub(super) fn write_copies(desk: &mut Desk<'_>, content: &Content, action: Action) -> Outcome {
    let Content::Component { material, .. } = content else { return Stop::no("Not a LMK card") };
    let shown = check(material);
    let mut copies = 0;
    loop {
        let card = desk.blank_card()?;
        desk.write(&card, content)?;
        copies += 1;
        desk.tell(format!("CHECK: {shown}"))?;
        let Yes(more) = desk.ask_as("Make additional copies? [Y/N]: ")?;
        if !more {
            desk.did(action);
            return desk.tell(format!("Copies made: {copies}"));
        }
    }
}
