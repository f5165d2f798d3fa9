//! `CK` Make a check value.

use vault::LmkKind;

use crate::answers::{Answer, EncryptedKey, Loaded, TypeCode};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new("CK", "Make the check value of a key", run);

/// Length of the key as a flag.
struct Flag(char);

impl Answer for Flag {
    const PROMPT: &'static str = "Enter key length flag [S/D/T]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "S" => Ok(Self('0')),
            "D" => Ok(Self('1')),
            "T" => Ok(Self('2')),
            _ => Err("Invalid entry"),
        }
    }
}

/// The work is that of the host command BU, with the activities of the console.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    if desk.kind(lmk)? != LmkKind::Variant {
        let EncryptedKey(key) = desk.ask_as("Enter encrypted key: ")?;
        let (_, value) = desk.work(&format!("BUFFF{key}%{:02}", lmk.0))?;
        return desk.tell(format!("Key check value: {value}"));
    }
    let TypeCode(key_type) = desk.ask_as("Enter key type code: ")?;
    let Flag(flag) = desk.ask()?;
    let EncryptedKey(key) = desk.ask_as("Enter encrypted key: ")?;
    let code = key_type.code();
    let (_, value) = desk.work(&format!("BUFF{flag}{key};{code}%{:02}", lmk.0))?;
    if value.is_empty() {
        return Stop::no("Data invalid");
    }
    desk.tell(format!("Key check value: {}", crate::screens::grouped(value.as_bytes())))
}
