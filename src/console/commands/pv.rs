//! `PV` Generate a PIN verification value.

use appliance::Category;
use crypto::pin::{Account, Pin};
use vault::role::PvkPair;
use vault::{Expected, Token, Use};

use crate::answers::{Digits, EncryptedKey, Loaded, SecretDigits};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("PV", "Generate the Visa PVV of a PIN", run).audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    desk.authorised(lmk, Category::Misc, "console")?;
    let EncryptedKey(key) = desk.ask_as("Enter encrypted PVK pair: ")?;
    let Digits::<11, 10>(digits) = desk.ask_as("Enter 11 digits of the account number: ")?;
    let Digits::<1, 10>(indicator) = desk.ask_as("Enter PVKI: ")?;
    let SecretDigits::<4>(digits_of_pin) = desk.ask_as("Enter PIN: ")?;
    let state = desk.state();
    let Some(own) = state.lmks.get(lmk) else { return Stop::no("Invalid LMK identifier") };
    let expected = Expected::of::<PvkPair>(state.key_types(), Use::Generate, state.policy());
    let key = own
        .open::<vault::usage::PinVerification>(lmk, Token(key.as_bytes()), &expected)
        .or_else(Stop::of_key)?;
    let account = [b"0", digits.as_bytes()].concat();
    let value = Account::twelve(&account)
        .and_then(|account| Ok((account, Pin::from_digits(digits_of_pin.as_bytes())?)))
        .ok()
        .and_then(|(account, pin)| key.pvv(&account, indicator.as_bytes()[0], &pin).ok());
    match value {
        Some(value) => desk.tell(format!("PVV: {}", String::from_utf8_lossy(&value))),
        None => Stop::no("Data invalid"),
    }
}
