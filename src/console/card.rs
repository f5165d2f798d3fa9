//! Virtual smart cards.
//!
//! A card is a file of its holder's, never of the appliance. Its content is sealed under its PIN: Argon2id makes two keys
//! of PIN and salt, AES-256 in counter mode encrypts, HMAC-SHA-256 over everything authenticates. A card that has
//! met [`TRIES`] wrong PINs in a row is blocked. As the counter is in the file, it teaches procedure; what protects a
//! stolen card is the cost of each try.

mod content;

use argon2::{Algorithm, Argon2, Params, Version};
use crypto::Aes;
use crypto::mac::{Hash, hmac};
use rand_core::Rng;
use zeroize::{Zeroize as _, Zeroizing};

pub use content::{Content, Password, Side};

/// Wrong PINs in a row that block a card.
pub const TRIES: u8 = 5;

/// First line of the file.
const TITLE: &str = "strongroom card 1";

/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// Bytes of the authenticator.
const TAG: usize = 32;

/// Memory of Argon2id in KiB, and passes over it: the smallest that RFC 9106 and its users call safe.
const COST: (u32, u32) = (19 * 1024, 2);

/// Why a card does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CardFault {
    /// The PIN is wrong; the card has to be written with its new count.
    #[error("Smartcard error; command/return: 0003")]
    Pin,
    /// Too many wrong PINs.
    #[error("Smartcard error; command/return: 0004 - card blocked")]
    Blocked,
    /// This is no card.
    #[error("Card not formatted")]
    Unformatted,
}

/// A card as it lies in the drawer.
#[derive(Debug)]
pub struct SealedCard {
    salt: [u8; 16],
    wrong: u8,
    sealed: Vec<u8>,
}

impl SealedCard {
    /// Writes a card anew.
    pub fn new(content: &Content, pin: &str, rng: &mut dyn Rng) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let keys = keys(pin, salt);
        let mut sealed = content.to_bytes();
        encrypt(&keys, &mut sealed);
        let mut sealed = core::mem::take(&mut *sealed);
        let tag = authenticator(&keys, salt, &sealed);
        sealed.extend_from_slice(&tag);
        Self { salt, wrong: 0, sealed }
    }

    /// Reads the file of a card.
    ///
    /// # Errors
    /// [`CardFault::Unformatted`].
    pub fn parse(file: &[u8]) -> Result<Self, CardFault> {
        let text = core::str::from_utf8(file).map_err(|_| CardFault::Unformatted)?;
        let mut lines = text.lines();
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let mut read = || {
            value("strongroom").filter(|_| text.starts_with(TITLE))?;
            let mut salt = [0; 16];
            hex::decode_to_slice(value("salt")?, &mut salt).ok()?;
            let wrong = value("wrong")?.parse().ok()?;
            let sealed = hex::decode(value("sealed")?).ok()?;
            (sealed.len() > TAG).then_some(Self { salt, wrong, sealed })
        };
        read().ok_or(CardFault::Unformatted)
    }

    /// The file of the card.
    pub fn to_file(&self) -> Vec<u8> {
        let Self { salt, wrong, sealed } = self;
        let (salt, sealed) = (hex::encode(salt), hex::encode(sealed));
        format!("{TITLE}\nsalt {salt}\nwrong {wrong}\nsealed {sealed}\n").into_bytes()
    }

    /// Opens the card. Whatever comes of it, the card has to be written again: it counts wrong PINs.
    ///
    /// # Errors
    /// [`CardFault`].
    pub fn open(&mut self, pin: &str) -> Result<Content, CardFault> {
        if self.wrong >= TRIES {
            return Err(CardFault::Blocked);
        }
        let keys = keys(pin, self.salt);
        let (sealed, tag) = self.sealed.split_last_chunk::<TAG>().ok_or(CardFault::Unformatted)?;
        if !crypto::equal(tag, &authenticator(&keys, self.salt, sealed)) {
            self.wrong += 1;
            return Err(if self.wrong < TRIES { CardFault::Pin } else { CardFault::Blocked });
        }
        self.wrong = 0;
        let mut content = Zeroizing::new(sealed.to_vec());
        encrypt(&keys, &mut content);
        Content::from_bytes(&content).ok_or(CardFault::Unformatted)
    }
}

/// One key for encryption, one for authentication.
fn keys(pin: &str, salt: [u8; 16]) -> Zeroizing<[u8; 64]> {
    let mut keys = Zeroizing::new([0; 64]);
    let (memory, passes) = COST;
    let hashed = Params::new(memory, passes, 1, Some(keys.len())).and_then(|cost| {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
        argon.hash_password_into(pin.as_bytes(), &salt, &mut keys[..])
    });
    // Cost and lengths are constants that fit.
    debug_assert!(hashed.is_ok(), "{hashed:?}");
    keys
}

/// Counter mode from zero: each salt, and so each key, is used once.
fn encrypt(keys: &[u8; 64], data: &mut [u8]) {
    let Ok(cipher) = Aes::new(&keys[..32]) else { return };
    for (count, part) in (0_u128..).zip(data.chunks_mut(BLOCK)) {
        let mut stream = Zeroizing::new(count.to_be_bytes());
        cipher.encrypt(&mut stream);
        for (byte, other) in part.iter_mut().zip(stream.iter()) {
            *byte ^= other;
        }
    }
}

fn authenticator(keys: &[u8; 64], salt: [u8; 16], sealed: &[u8]) -> [u8; TAG] {
    let mut whole = hmac(Hash::Sha256, &keys[32..], &[TITLE.as_bytes(), &salt, sealed]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&whole[..TAG]);
    whole.zeroize();
    tag
}
