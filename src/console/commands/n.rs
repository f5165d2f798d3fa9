//! `N` Calculate with a single-length DES key.

use crypto::Tdes;

use crate::answers::{ClearComponent, Digits};
use crate::screens::grouped;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("N", "Encrypt and decrypt a block with a single-length DES key", |desk| {
        calculate::<8>(desk, "Enter single length key: ")
    });

/// Encrypts and decrypts a block with a key that an officer types. No LMK has to do with it.
pub(super) fn calculate<const BYTES: usize>(desk: &mut Desk<'_>, prompt: &str) -> Outcome {
    let mut key = zeroize::Zeroizing::new([0; BYTES]);
    loop {
        let ClearComponent(digits) = desk.ask_as(prompt)?;
        match hex::decode_to_slice(&*digits, &mut key[..]) {
            Ok(()) => break,
            Err(_) => desk.refuse("Data invalid; please re-enter")?,
        }
    }
    let odd = key.iter().all(|byte| byte.count_ones() % 2 == 1);
    if !odd {
        desk.tell("Warning: key parity is not odd")?;
    }
    let Digits::<16, 16>(data) = desk.ask_as("Enter data: ")?;
    let block = u64::from_str_radix(&data, 16).unwrap_or_default();
    let Ok(cipher) = Tdes::new(&key[..]) else { return Stop::no("Data invalid") };
    for (title, value) in
        [("Encrypted", cipher.encrypt(block)), ("Decrypted", cipher.decrypt(block))]
    {
        desk.tell(format!("{title}: {}", grouped(format!("{value:016X}").as_bytes())))?;
    }
    Ok(())
}
