//! Master keys of a card (EMV 4.3 book 2, A1.4).

use sha1::{Digest, Sha1};
use zeroize::{Zeroize, Zeroizing};

use crate::KeyLength;
use crate::cipher::{Aes, Tdes};
use crate::digits;
use crate::key::{Algorithm, ClearKey};
use crate::pin::PinFault;

/// The block that stands for a card when its master keys are derived: Y of EMV book 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derivation(u64);

impl Derivation {
    /// Option A: the rightmost 16 digits of account number and sequence number, zero padded on the left.
    ///
    /// [`PinFault::Account`] where a character is not a decimal digit.
    pub fn option_a(account: &[u8], sequence: [u8; 2]) -> Result<Self, PinFault> {
        check(account, sequence)?;
        let digits = account.iter().chain(&sequence).rev().take(16);
        Ok(Self(
            (0..)
                .zip(digits)
                .fold(0, |word, (index, digit)| word | u64::from(digit & 0x0F) << (4 * index)),
        ))
    }

    /// Option B: as A up to 16 account digits; for longer ones 16 digits from the SHA-1 hash of account number and
    /// sequence number, in two scans.
    ///
    /// [`PinFault::Account`] where a character is not a decimal digit or there are more than 19.
    pub fn option_b(account: &[u8], sequence: [u8; 2]) -> Result<Self, PinFault> {
        if account.len() <= 16 {
            Self::option_a(account, sequence)
        } else {
            Self::hashed(account, sequence)
        }
    }

    /// The block as commands send it already formatted for option A.
    pub const fn formatted(block: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(block))
    }

    /// The block.
    pub const fn block(&self) -> u64 {
        self.0
    }

    /// Option B of account and sequence number as commands send them: two digits in a byte, zeros in front.
    ///
    /// `None` for less than eight bytes. Up to nine bytes, which is sixteen account digits, as option A.
    pub fn packed(digits: &[u8]) -> Option<Self> {
        match digits {
            [_, _, _, _, _, _, _, _, _, _, ..] => Self::of_hash(digits),
            _ => digits.last_chunk().copied().map(Self::formatted),
        }
    }

    pub(crate) fn hashed(account: &[u8], sequence: [u8; 2]) -> Result<Self, PinFault> {
        check(account, sequence)?;
        let zero = (!account.len().is_multiple_of(2)).then_some(&b'0');
        let length = account.len().div_ceil(2) + 1;
        let digits = zero.into_iter().chain(account).chain(&sequence).copied();
        let packed: [u8; 11] = digits::pack(digits).ok_or(PinFault::Account)?;
        Self::of_hash(packed.get(..length).unwrap_or_default()).ok_or(PinFault::Account)
    }

    fn of_hash(packed: &[u8]) -> Option<Self> {
        let digits: [u8; 16] = digits::scan(&Sha1::digest(packed));
        digits::pack(digits).map(Self::formatted)
    }
}

/// The block that stands for a card when its master keys are derived with AES, option C: all digits of account number
/// and sequence number, zeros in front. Y of EMV book 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DerivationC(u128);

impl DerivationC {
    /// Of account number and sequence number.
    ///
    /// [`PinFault::Account`] where a character is not a decimal digit or there are more than 30.
    pub fn new(account: &[u8], sequence: [u8; 2]) -> Result<Self, PinFault> {
        check(account, sequence)?;
        if account.len() > 30 {
            return Err(PinFault::Account);
        }
        let digits = account.iter().chain(&sequence);
        Ok(Self(digits.fold(0, |block, digit| block << 4 | u128::from(digit & 0x0F))))
    }

    /// Of account number and sequence number as commands send them: two digits in a byte.
    ///
    /// `None` for no bytes, and for more than sixteen.
    pub fn packed(digits: &[u8]) -> Option<Self> {
        let block = digits.iter().fold(0, |block, byte| block << 8 | u128::from(*byte));
        matches!(digits.len(), 1..=16).then_some(Self(block))
    }
}

fn check(account: &[u8], sequence: [u8; 2]) -> Result<(), PinFault> {
    let fits = digits::is_decimal(account) && digits::is_decimal(&sequence);
    if fits { Ok(()) } else { Err(PinFault::Account) }
}

/// Master key of a card from a master key of its issuer, also called UDK: E(Y), E(not Y), odd parity.
///
/// Device. [`KeyLength`] unless the issuer's key is one of DES.
pub fn card_key(issuer_key: &ClearKey, card: &Derivation) -> Result<ClearKey, KeyLength> {
    let cipher = tdes(issuer_key)?;
    from_halves(cipher.encrypt(card.0), cipher.encrypt(!card.0)).map(ClearKey::with_odd_parity)
}

/// Master key of a card from an AES master key of its issuer, of the same length: E(Y), and as much of E(not Y) as a
/// longer key needs.
///
/// EMV 4.3 book 2, A1.4.3. [`KeyLength`] unless the issuer's key is one of AES.
pub fn card_key_c(issuer_key: &ClearKey, card: &DerivationC) -> Result<ClearKey, KeyLength> {
    aes_key(issuer_key, [card.0, !card.0])
}

/// A key as long as the AES key under which these blocks are enciphered to become it.
pub(super) fn aes_key(key: &ClearKey, blocks: [u128; 2]) -> Result<ClearKey, KeyLength> {
    let cipher = aes(key)?;
    let mut made = ClearKey::zero(Algorithm::Aes, key.len())?;
    for (place, block) in made.as_mut_bytes().chunks_mut(16).zip(blocks) {
        let mut block = Zeroizing::new(block.to_be_bytes());
        cipher.encrypt(&mut block);
        place.iter_mut().zip(block.iter()).for_each(|(place, byte)| *place = *byte);
    }
    Ok(made)
}

fn aes(key: &ClearKey) -> Result<Aes, KeyLength> {
    if key.algorithm() == Algorithm::Aes { Aes::new(key.as_bytes()) } else { Err(KeyLength) }
}

pub(super) fn tdes(key: &ClearKey) -> Result<Tdes, KeyLength> {
    if key.algorithm() == Algorithm::Tdes { Tdes::new(key.as_bytes()) } else { Err(KeyLength) }
}

pub(super) fn from_halves(mut left: u64, mut right: u64) -> Result<ClearKey, KeyLength> {
    let mut key = ClearKey::zero(Algorithm::Tdes, 16)?;
    let halves = [left, right];
    for (place, half) in key.as_mut_bytes().chunks_exact_mut(8).zip(halves) {
        place.copy_from_slice(&half.to_be_bytes());
    }
    left.zeroize();
    right.zeroize();
    Ok(key)
}
