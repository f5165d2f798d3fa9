//! PINs: the digits, the blocks that carry them, and the values that verify them.

pub mod account;
pub mod block;
pub mod verification;

pub use account::Account;
pub use block::{Block, Format, decode, encode, open, seal};

use rand_core::Rng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::digits;

/// Most digits a PIN can have (ISO 9564-1).
pub const LONGEST: usize = 12;
/// Fewest digits a PIN block may carry (ISO 9564-1).
pub const SHORTEST: usize = 4;

/// Why a PIN cannot be written into, or read from, a PIN block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinFault {
    /// The block does not have the layout of its format, or a digit is not decimal.
    #[error("PIN block does not hold a PIN in this format: check key, format and account number")]
    Block,
    /// Fewer than 4 or more than 12 digits, or more than the format can carry.
    #[error("PIN length is outside what the format allows: 4 to 12 digits, 4 to 6 for Docutel")]
    Length,
    /// The account number is not decimal, or has not the digits that the format needs.
    #[error("account number does not suit the PIN block format")]
    Account,
    /// The format cannot be used this way or with this cipher.
    #[error("PIN block format cannot be used here")]
    Format,
}

/// A clear PIN of up to 12 decimal digits, wiped when dropped.
///
/// Offsets and partial PINs are allowed to be shorter than a PIN in a block, so any length from 0 to 12 is held.
/// Equality takes the same time for every pair of PINs.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pin {
    /// ASCII digits; 0 behind the last.
    digits: [u8; LONGEST],
    length: usize,
}

impl Pin {
    /// PIN from ASCII digits.
    ///
    /// [`PinFault::Length`] above 12 digits, [`PinFault::Block`] where a character is not decimal.
    pub fn from_digits(text: &[u8]) -> Result<Self, PinFault> {
        crate::stack::used();
        let mut pin = Self { digits: [0; LONGEST], length: text.len() };
        pin.digits.get_mut(..text.len()).ok_or(PinFault::Length)?.copy_from_slice(text);
        if digits::is_decimal(text) { Ok(pin) } else { Err(PinFault::Block) }
    }

    /// Random PIN; every PIN of this length is equally likely.
    ///
    /// [`PinFault::Length`] outside 4 to 12.
    pub fn random(length: usize, rng: &mut dyn Rng) -> Result<Self, PinFault> {
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Err(PinFault::Length);
        }
        let mut packed = block::random_nibbles(rng, 10);
        let pin = Self::from_packed(packed, length);
        packed.zeroize();
        Ok(pin)
    }

    /// Number of digits.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// True for a PIN without digits.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The ASCII digits. For the crates that encipher or print a PIN; copies must be wiped.
    pub fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// The first digits alone, `length` of them if there are so many.
    #[must_use]
    pub fn leading(&self, length: usize) -> Self {
        let mut leading = Self { digits: [0; LONGEST], length: self.length.min(length) };
        for (place, digit) in leading.digits.iter_mut().zip(self.digits()).take(length) {
            *place = *digit;
        }
        leading
    }

    /// The digits as nibbles from the top of a word; zero nibbles behind the last.
    pub(crate) fn packed(&self) -> u64 {
        self.digits.iter().fold(0, |word, digit| word << 4 | u64::from(digit & 0x0F)) << 16
    }

    /// PIN from the first `length` nibbles of a word; the caller has checked that they are decimal.
    pub(crate) fn from_packed(word: u64, length: usize) -> Self {
        crate::stack::used();
        let mut pin = Self { digits: [0; LONGEST], length: length.min(LONGEST) };
        let mut rest = word;
        for digit in pin.digits.iter_mut().take(length) {
            *digit = b'0' | (rest >> 60) as u8;
            rest <<= 4;
        }
        pin
    }

    /// Combines digit by digit, modulo 10, over the shorter of the two.
    pub(crate) fn combine(&self, other: &Self, digit: impl Fn(u8, u8) -> u8) -> Self {
        let mut result = Self { digits: [0; LONGEST], length: self.length.min(other.length) };
        let pairs = self.digits().iter().zip(other.digits());
        for (place, (left, right)) in result.digits.iter_mut().zip(pairs) {
            *place = b'0' + digit(left - b'0', right - b'0') % 10;
        }
        result
    }
}

impl ConstantTimeEq for Pin {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.digits.ct_eq(&other.digits) & (self.length as u64).ct_eq(&(other.length as u64))
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Pin {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_zero_to_twelve_decimal_digits() {
        for length in 0..=LONGEST {
            let text = &b"098765432109"[..length];
            let pin = Pin::from_digits(text).expect("decimal");
            assert_eq!((pin.len(), pin.digits()), (length, text));
            assert!(Pin::from_packed(pin.packed(), length) == pin);
            for leading in 0..=LONGEST + 1 {
                assert_eq!(pin.leading(leading).digits(), &text[..leading.min(length)]);
            }
        }
        assert_eq!(Pin::from_digits(b"1234567890123").err(), Some(PinFault::Length));
        assert_eq!(Pin::from_digits(b"12A4").err(), Some(PinFault::Block));
    }

    #[test]
    fn equality_counts_leading_and_trailing_zeros() {
        let pin = |text: &[u8]| Pin::from_digits(text).expect("decimal");
        assert!(pin(b"1234") == pin(b"1234"));
        assert!(pin(b"1234") != pin(b"12340"));
        assert!(pin(b"01234") != pin(b"1234"));
    }
}
