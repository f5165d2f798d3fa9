//! `KE` Export a key.

use vault::LmkKind;

use super::kg::split;
use crate::answers::{EncryptedKey, Loaded, TypeCode, ZmkScheme};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new("KE", "Export a key under a ZMK", run);

/// The work is that of the host command A8, with the activities of the console.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let code = if desk.kind(lmk)? == LmkKind::Variant {
        let TypeCode(key_type) = desk.ask()?;
        key_type.code()
    } else {
        "FFF"
    };
    let ZmkScheme(Some(scheme)) = desk.ask()? else { return Stop::no("Invalid key scheme") };
    let (zmk, variant) = desk.zmk()?;
    let EncryptedKey(key) = desk.ask_as("Enter key: ")?;
    let (_, reply) = desk.work(&format!("A8{code};0{zmk}{key}{scheme}{variant}%{:02}", lmk.0))?;
    let (key, check_value) = split(&reply);
    desk.tell_key("Key under ZMK", key, check_value)
}
