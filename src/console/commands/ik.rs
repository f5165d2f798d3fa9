//! `IK` Import a key.

use vault::{KeySize, LmkKind};

use super::kg::split;
use crate::answers::{EncryptedKey, KeyScheme, Loaded, TypeCode};
use crate::desk::{Destination, Form};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("IK", "Import a key from encryption under a ZMK", run);

/// The work is that of the host command A6, with the activities of the console.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let is_variant = desk.kind(lmk)? == LmkKind::Variant;
    let to = if is_variant {
        let TypeCode(key_type) = desk.ask()?;
        let KeyScheme(scheme) = desk.ask_as("Enter key scheme (LMK): ")?;
        Some(Destination { lmk, size: KeySize::of_scheme(scheme), form: Form::Variant(key_type, scheme) })
    } else {
        None
    };
    let (zmk, variant) = desk.zmk()?;
    let EncryptedKey(key) = desk.ask_as("Enter key: ")?;
    let (code, scheme, tail) = match to {
        Some(to) => (to.type_code().to_owned(), to.scheme(), to.tail(false)),
        None if matches!(key.as_bytes(), [b'S' | b'R', ..]) => {
            ("FFF".to_owned(), 'S', format!("%{:02}", lmk.0))
        }
        None => {
            let bytes = match key.len() {
                0..=17 => 8,
                18..=33 => 16,
                _ => 24,
            };
            let size = KeySize { algorithm: crypto::Algorithm::Tdes, bytes };
            let to = Destination { lmk, size, form: Form::Block(desk.attributes(size)?) };
            ("FFF".to_owned(), 'S', to.tail(false))
        }
    };
    let (warning, reply) = desk.work(&format!("A6{code}{zmk}{key}{scheme}{variant}{tail}"))?;
    if warning == "01" {
        desk.tell("Warning: key parity corrected")?;
    }
    let (key, check_value) = split(&reply);
    desk.tell_key("Key under LMK", key, check_value)
}
