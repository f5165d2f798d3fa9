//! Smart cards at a desk.

use std::time::{Duration, Instant};

use appliance::CardDigest;
use crypto::mac::{Hash, hmac};
use zeroize::Zeroizing;

use super::Desk;
use crate::answers::{Name, Pin};
use crate::card::{CardFault, Content, SealedCard};
use crate::{Outcome, Stop};

/// How long an officer may take to type his PIN.
const PIN_TIME: Duration = Duration::from_mins(1);

/// A card in the reader, open.
#[derive(Debug)]
pub(crate) struct Inserted {
    /// Name of the card.
    pub(crate) name: String,
    /// What is on it.
    pub(crate) content: Content,
    pin: Zeroizing<String>,
}

impl Desk<'_> {
    /// Asks for a card and its PIN, until they fit.
    pub(crate) fn card(&mut self) -> Outcome<Inserted> {
        loop {
            match self.insert() {
                Err(Stop::Refused(text)) if self.terminal.is_patient() => self.tell(text)?,
                outcome => return outcome,
            }
        }
    }

    fn insert(&mut self) -> Outcome<Inserted> {
        let Name(name) = self.ask_as("Insert card and press ENTER: ")?;
        let Some(file) = self.terminal.drawer().take(&name)? else {
            return Stop::no("Card not present");
        };
        let mut card = SealedCard::parse(&file).or_else(|fault| Stop::no(fault.to_string()))?;
        let asked = Instant::now();
        let Pin(pin) = self.ask()?;
        if asked.elapsed() > PIN_TIME {
            return Stop::no("PIN not entered within 60 seconds");
        }
        let opened = card.open(&pin);
        if !matches!(opened, Err(CardFault::Unformatted)) {
            self.terminal.drawer().put(&name, &card.to_file())?;
        }
        match opened {
            Ok(content) => Ok(Inserted { name, content, pin }),
            Err(CardFault::Pin) => Stop::no("Invalid PIN; re-enter"),
            Err(fault) => Stop::no(fault.to_string()),
        }
    }

    /// Writes a card that is in the reader, under the PIN that it has.
    pub(crate) fn write(&mut self, card: &Inserted, content: &Content) -> Outcome {
        self.write_with(&card.name, content, &card.pin)
    }

    /// Writes a card under a PIN.
    pub(crate) fn write_with(&mut self, name: &str, content: &Content, pin: &str) -> Outcome {
        let mut random = self.appliance.randomness().generator();
        let card = SealedCard::new(content, pin, &mut random);
        self.terminal.drawer().put(name, &card.to_file())
    }

    /// Whether there is a card of this name.
    pub(crate) fn has_card(&mut self, name: &str) -> Outcome<bool> {
        Ok(self.terminal.drawer().take(name)?.is_some())
    }

    /// Asks for a card with nothing on it.
    pub(crate) fn blank_card(&mut self) -> Outcome<Inserted> {
        loop {
            let card = self.card()?;
            match card.content {
                Content::Blank => return Ok(card),
                _ => self.refuse("Card is not blank; FC formats cards")?,
            }
        }
    }

    /// Says what is wrong; where nobody tries again, that is the end.
    pub(crate) fn refuse(&mut self, text: &'static str) -> Outcome {
        if self.terminal.is_patient() { self.tell(text) } else { Stop::no(text) }
    }

    /// Random bytes for a card.
    pub(crate) fn password(&self) -> Zeroizing<[u8; 16]> {
        use rand_core::Rng as _;
        let mut password = Zeroizing::new([0; 16]);
        self.appliance.randomness().generator().fill_bytes(&mut password[..]);
        password
    }
}

/// What the appliance keeps of a password.
pub(crate) fn digest(password: &[u8; 16]) -> CardDigest {
    let mut digest = [0; 32];
    digest.copy_from_slice(&hmac(Hash::Sha256, b"card", &[password])[..32]);
    digest
}
