//! `IV` Import a CVK or PVK.

use super::kg::split;
use crate::answers::{Answer, EncryptedKey, Loaded};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("IV", "Import the two keys of a CVK or PVK pair from encryption under a ZMK", run);

/// The type of the two keys.
struct Pair(&'static str);

impl Answer for Pair {
    const PROMPT: &'static str = "Key type [Pvk/Cvk]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "P" | "PVK" => Ok(Self("002")),
            "C" | "CVK" => Ok(Self("402")),
            _ => Err("Invalid entry"),
        }
    }
}

/// The work is that of the host command A6, with the activities of the console.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let Pair(code) = desk.ask()?;
    let (zmk, variant) = desk.zmk()?;
    let EncryptedKey(a) = desk.ask_as("Enter key A: ")?;
    let EncryptedKey(b) = desk.ask_as("Enter key B: ")?;
    for (name, key) in [("A", a), ("B", b)] {
        let message = format!("A6{code}{zmk}{key}Z{variant}%{:02}", lmk.0);
        let (warning, reply) = desk.work(&message)?;
        if warning == "01" {
            desk.tell("Warning: key parity corrected")?;
        }
        let (key, check_value) = split(&reply);
        desk.tell_key(&format!("Key {name} under LMK"), key, check_value)?;
    }
    Ok(())
}
