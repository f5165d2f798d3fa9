//! Format-preserving encryption: FF1 (NIST SP 800-38G).

use zeroize::Zeroizing;

use crate::cipher::{Aes, LONGEST_BLOCK};
use crate::mac::chain_up_to_last;
use crate::modes::xor;

const ROUNDS: u8 = 10;

/// Numerals in half of the longest message.
const LONGEST_HALF: usize = 128;

/// Bytes of such a half as a number: no numeral takes more than a byte.
const LONGEST_NUMBER: usize = LONGEST_HALF;

/// Why FF1 cannot encrypt a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FpeFault {
    /// The radix is not between 2 and 256.
    #[error("the radix is not between 2 and 256")]
    Radix,
    /// Fewer than 100 messages have this length, or the message or the tweak is too long.
    #[error("the message is too short or too long for format-preserving encryption")]
    Length,
    /// A numeral is not below the radix.
    #[error("a numeral is not below the radix")]
    Numeral,
}

/// FF1 with an AES key, over numerals of one radix.
///
/// Revision 1 of the standard asks for a million possible messages, the first edition for a hundred. Short PINs
/// need the latter.
pub struct Ff1<'k> {
    key: &'k Aes,
    radix: u16,
}

/// What all rounds over a message share.
struct Message<'m> {
    start: [u8; LONGEST_BLOCK],
    tweak: &'m [u8],
    /// Bytes that the longer half needs as a number.
    number_size: usize,
}

impl<'k> Ff1<'k> {
    /// Longest message in numerals.
    pub const LONGEST: usize = 2 * LONGEST_HALF;

    /// Takes a key and a radix from 2 to 256.
    pub fn new(key: &'k Aes, radix: u16) -> Result<Self, FpeFault> {
        if (2..=256).contains(&radix) { Ok(Self { key, radix }) } else { Err(FpeFault::Radix) }
    }

    /// Encrypts in place. Each byte is the value of a numeral, not its character.
    pub fn encrypt(&self, tweak: &[u8], numerals: &mut [u8]) -> Result<(), FpeFault> {
        let message = self.message(tweak, numerals)?;
        let (left, right) = numerals.split_at_mut(numerals.len() / 2);
        // Instead of trading places, the halves take turns.
        for round in 0..ROUNDS {
            let (target, source) =
                if round.is_multiple_of(2) { (&mut *left, &*right) } else { (&mut *right, &*left) };
            let addend = self.round(&message, round, source, target.len());
            let mut carry = 0;
            for (digit, add) in target.iter_mut().zip(&addend[..]).rev() {
                let sum = u16::from(*digit) + u16::from(*add) + carry;
                (*digit, carry) = (byte(sum % self.radix), sum / self.radix);
            }
        }
        Ok(())
    }

    /// Decrypts in place.
    pub fn decrypt(&self, tweak: &[u8], numerals: &mut [u8]) -> Result<(), FpeFault> {
        let message = self.message(tweak, numerals)?;
        let (left, right) = numerals.split_at_mut(numerals.len() / 2);
        for round in (0..ROUNDS).rev() {
            let (target, source) =
                if round.is_multiple_of(2) { (&mut *left, &*right) } else { (&mut *right, &*left) };
            let subtrahend = self.round(&message, round, source, target.len());
            let mut borrow = 0;
            for (digit, subtract) in target.iter_mut().zip(&subtrahend[..]).rev() {
                let difference = u16::from(*digit) + self.radix - u16::from(*subtract) - borrow;
                (*digit, borrow) =
                    (byte(difference % self.radix), u16::from(difference < self.radix));
            }
        }
        Ok(())
    }

    /// Checks a message and prepares what its rounds share.
    fn message<'m>(&self, tweak: &'m [u8], numerals: &[u8]) -> Result<Message<'m>, FpeFault> {
        let shortest = match self.radix {
            2 => 7,
            3 => 5,
            4 => 4,
            5..10 => 3,
            _ => 2,
        };
        if !(shortest..=Self::LONGEST).contains(&numerals.len()) {
            return Err(FpeFault::Length);
        }
        if numerals.iter().any(|numeral| u16::from(*numeral) >= self.radix) {
            return Err(FpeFault::Numeral);
        }
        let [high, low] = self.radix.to_be_bytes();
        let mut start = [1, 2, 1, 0, high, low, ROUNDS, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let count = u32::try_from(numerals.len()).map_err(|_| FpeFault::Length)?;
        let tweak_length = u32::try_from(tweak.len()).map_err(|_| FpeFault::Length)?;
        start[7] = (count / 2).to_le_bytes()[0];
        start[8..12].copy_from_slice(&count.to_be_bytes());
        start[12..].copy_from_slice(&tweak_length.to_be_bytes());
        let half = numerals.len().div_ceil(2);
        let highest = [byte(self.radix - 1); LONGEST_HALF];
        let highest = self.number(&highest[..half], half);
        let number_size = LONGEST_NUMBER - highest.iter().take_while(|byte| **byte == 0).count();
        Ok(Message { start, tweak, number_size })
    }

    /// The numerals that a round adds to a half of `width` (algorithm 7, steps 6i to 6iv).
    fn round(
        &self,
        message: &Message<'_>,
        round: u8,
        source: &[u8],
        width: usize,
    ) -> Zeroizing<[u8; LONGEST_HALF]> {
        let Message { start, tweak, number_size } = message;
        let number = self.number(source, *number_size);
        let number = &number[LONGEST_NUMBER - number_size..];
        let padding = (tweak.len() + number_size + 1).wrapping_neg() % LONGEST_BLOCK;
        let parts = [start, *tweak, &[0; LONGEST_BLOCK][..padding], &[round], number];
        let mut first = Zeroizing::new(chain_up_to_last(self.key, &parts).0);
        self.key.encrypt(&mut first);

        let radix = u64::from(self.radix);
        let mut sum = Zeroizing::new([0; LONGEST_HALF]);
        let mut words = number_size.div_ceil(4) + 1;
        let mut block = first.clone();
        for counter in 1_u128.. {
            for word in block.as_chunks().0.iter().take(words) {
                // What overflows the digits is a multiple of the modulus.
                let mut carry = u64::from(u32::from_be_bytes(*word));
                for digit in sum[..width].iter_mut().rev() {
                    carry += u64::from(*digit) << 32;
                    *digit = (carry % radix).to_le_bytes()[0];
                    carry /= radix;
                }
            }
            words = words.saturating_sub(LONGEST_BLOCK / 4);
            if words == 0 {
                break;
            }
            *block = *first;
            xor(&mut *block, &counter.to_be_bytes());
            self.key.encrypt(&mut block);
        }
        sum
    }

    /// Reads numerals, most significant first, as a number that needs no more than `size` bytes.
    fn number(&self, numerals: &[u8], size: usize) -> Zeroizing<[u8; LONGEST_NUMBER]> {
        let mut number = Zeroizing::new([0; LONGEST_NUMBER]);
        let unused = LONGEST_NUMBER / 4 - size.div_ceil(4).min(LONGEST_NUMBER / 4);
        for numeral in numerals {
            let mut carry = u64::from(*numeral);
            for word in number.as_chunks_mut().0[unused..].iter_mut().rev() {
                carry += u64::from(u32::from_be_bytes(*word)) * u64::from(self.radix);
                let [high @ .., a, b, c, d] = carry.to_be_bytes();
                *word = [a, b, c, d];
                carry = u64::from(u32::from_be_bytes(high));
            }
        }
        number
    }
}

/// A numeral, which fits into a byte.
fn byte(numeral: u16) -> u8 {
    numeral.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Xorshift, vectors};

    use rand_core::Rng;

    /// Numerals as vectors write them: a digit each up to radix 36, a byte in hex each above.
    fn values(text: Option<&str>, radix: u16) -> Vec<u8> {
        let text = text.expect("a string");
        if radix > 36 {
            return hex::decode(text).expect("hexadecimal");
        }
        let digits = text.chars().map(|digit| digit.to_digit(36));
        digits
            .map(|digit| digit.and_then(|digit| digit.try_into().ok()).expect("a digit"))
            .collect()
    }

    #[test]
    fn published_samples() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/ff1.jsonl"
        ))) {
            let key = Aes::new(&vector.bytes("key")).expect("an AES key");
            let radix = vector.input("radix").as_u64().and_then(|radix| radix.try_into().ok());
            let radix = radix.expect("a number");
            let ff1 = Ff1::new(&key, radix).expect("a radix");
            let plain = values(vector.input("data").as_str(), radix);
            let mut data = plain.clone();
            ff1.encrypt(&vector.bytes("tweak"), &mut data).expect("numerals");
            assert_eq!(data, values(vector.output().as_str(), radix), "{}", vector.id());
            ff1.decrypt(&vector.bytes("tweak"), &mut data).expect("numerals");
            assert_eq!(data, plain, "{}", vector.id());
        }
    }

    #[test]
    fn every_length_and_radix_comes_back() {
        let key = Aes::new(&[7; 32]).expect("an AES key");
        let mut random = Xorshift::new(0xFF1);
        for radix in (2..=36).chain([64, 128, 129, 255, 256]) {
            let ff1 = Ff1::new(&key, radix).expect("a radix");
            for length in (7..24).chain([25, 56, 57, 58, 59, 127, 128, 255, 256]) {
                let mut plain = vec![0; length];
                random.fill_bytes(&mut plain);
                for numeral in &mut plain {
                    *numeral = byte(u16::from(*numeral) % radix);
                }
                let mut data = plain.clone();
                let tweak = &[9; 40][..length % 40];
                ff1.encrypt(tweak, &mut data).expect("numerals");
                assert!(data.iter().all(|numeral| u16::from(*numeral) < radix));
                ff1.decrypt(tweak, &mut data).expect("numerals");
                assert_eq!(data, plain, "radix {radix}, length {length}");
            }
        }
    }

    #[test]
    fn longest_number_fits() {
        let key = Aes::new(&[7; 16]).expect("an AES key");
        let ff1 = Ff1::new(&key, 36).expect("a radix");
        let message = ff1.message(&[], &[35; Ff1::LONGEST]).expect("a message");
        assert_eq!(message.number_size, 83);
        let ff1 = Ff1::new(&key, 256).expect("a radix");
        let message = ff1.message(&[], &[255; Ff1::LONGEST]).expect("a message");
        assert_eq!(message.number_size, LONGEST_NUMBER);
        let ff1 = Ff1::new(&key, 2).expect("a radix");
        let message = ff1.message(&[], &[0; 17]).expect("a message");
        assert_eq!(message.number_size, 2);
    }

    #[test]
    fn messages_outside_the_limits_are_refused() {
        let key = Aes::new(&[7; 16]).expect("an AES key");
        assert_eq!(Ff1::new(&key, 1).err(), Some(FpeFault::Radix));
        assert_eq!(Ff1::new(&key, 257).err(), Some(FpeFault::Radix));
        for radix in 2..=256_u16 {
            let ff1 = Ff1::new(&key, radix).expect("a radix");
            for length in 0..8 {
                let enough = length > 1 && u64::from(radix).pow(length) >= 100;
                let mut data = [0; 8];
                let outcome = ff1.encrypt(&[], &mut data[..length as usize]);
                assert_eq!(outcome.is_ok(), enough, "radix {radix}, length {length}");
            }
        }
        let ff1 = Ff1::new(&key, 10).expect("a radix");
        assert_eq!(ff1.encrypt(&[], &mut [0; 257]), Err(FpeFault::Length));
        assert_eq!(ff1.decrypt(&[], &mut [0, 1, 10]), Err(FpeFault::Numeral));
    }
}
