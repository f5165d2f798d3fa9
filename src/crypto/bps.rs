//! Format-preserving encryption: BPS (Brier, Peyrin, Stern: a proposal to NIST).
//!
//! Numbers are in the byte order of FF3 (NIST SP 800-38G), which is BPS over one block under the key with its bytes in
//! reverse: so the published values of FF3 hold here.

use zeroize::Zeroizing;

use crate::cipher::{BlockCipher, LONGEST_BLOCK};
use crate::fpe::FpeFault;

const ROUNDS: u32 = 8;

/// Bytes of a cipher block that the tweak takes.
const TWEAK: usize = 4;

/// BPS with a cipher, over numerals of one radix.
pub struct Bps<'k, C> {
    cipher: &'k C,
    radix: u16,
    /// Numerals of the longest block.
    longest: usize,
}

/// Which way to go.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    Encrypt,
    Decrypt,
}

impl<'k, C: BlockCipher> Bps<'k, C> {
    /// Takes a cipher and a radix from 2 to 256.
    ///
    /// # Errors
    /// [`FpeFault::Radix`].
    pub fn new(cipher: &'k C, radix: u16) -> Result<Self, FpeFault> {
        if !(2..=256).contains(&radix) {
            return Err(FpeFault::Radix);
        }
        let most = 1_u128 << (8 * (cipher.block_size() - TWEAK));
        let powers = core::iter::successors(Some(u128::from(radix)), |power| {
            Some(power * u128::from(radix))
        });
        let half = powers.take_while(|power| *power <= most).count();
        Ok(Self { cipher, radix, longest: 2 * half })
    }

    /// Encrypts in place; `tweak` is its left and its right half. Each byte is the value of a numeral.
    ///
    /// # Errors
    /// [`FpeFault::Length`] for fewer than two numerals, [`FpeFault::Numeral`].
    pub fn encrypt(&self, tweak: [u32; 2], numerals: &mut [u8]) -> Result<(), FpeFault> {
        self.check(numerals)?;
        for (turn, part) in self.parts(numerals.len()).enumerate() {
            let tweak = counted(tweak, turn)?;
            for at in part.chained.filter(|_| turn > 0) {
                numerals[at] = self.sum(numerals[at], numerals[at - self.longest]);
            }
            self.block(Way::Encrypt, tweak, &mut numerals[part.block]);
        }
        Ok(())
    }

    /// Decrypts in place; otherwise as [`Bps::encrypt`].
    ///
    /// # Errors
    /// As [`Bps::encrypt`].
    pub fn decrypt(&self, tweak: [u32; 2], numerals: &mut [u8]) -> Result<(), FpeFault> {
        self.check(numerals)?;
        let parts: Vec<_> = self.parts(numerals.len()).enumerate().collect();
        for (turn, part) in parts.into_iter().rev() {
            let tweak = counted(tweak, turn)?;
            self.block(Way::Decrypt, tweak, &mut numerals[part.block]);
            for at in part.chained.filter(|_| turn > 0) {
                numerals[at] = self.difference(numerals[at], numerals[at - self.longest]);
            }
        }
        Ok(())
    }

    fn check(&self, numerals: &[u8]) -> Result<(), FpeFault> {
        if numerals.len() < 2 {
            return Err(FpeFault::Length);
        }
        let all = numerals.iter().all(|numeral| u16::from(*numeral) < self.radix);
        if all { Ok(()) } else { Err(FpeFault::Numeral) }
    }

    /// Blocks one after the other; the last may cover some of the one before once more.
    fn parts(&self, length: usize) -> impl Iterator<Item = Part> + use<C> {
        let longest = self.longest.min(length);
        let whole = (0..length / longest).map(move |turn| turn * longest..(turn + 1) * longest);
        let whole = whole.map(|block| Part { chained: block.clone(), block });
        let rest = length - length % longest..length;
        let last = Part { chained: rest.clone(), block: length - longest..length };
        whole.chain((!rest.is_empty()).then_some(last))
    }

    fn block(&self, way: Way, tweak: [u32; 2], numerals: &mut [u8]) {
        let (left, right) = numerals.split_at_mut(numerals.len().div_ceil(2));
        for turn in 0..ROUNDS {
            let round = if way == Way::Encrypt { turn } else { ROUNDS - 1 - turn };
            let (target, source, tweak) = if round.is_multiple_of(2) {
                (&mut *left, &*right, tweak[1])
            } else {
                (&mut *right, &*left, tweak[0])
            };
            let mut made = self.made(source, tweak ^ round);
            let mut carry = 0;
            for numeral in target {
                let (digit, rest) = (made % u128::from(self.radix), made / u128::from(self.radix));
                made = rest;
                let digit = u16::try_from(digit).unwrap_or_default() + carry;
                let before = u16::from(*numeral);
                let after = match way {
                    Way::Encrypt => before + digit,
                    Way::Decrypt => before + self.radix - digit,
                };
                carry = u16::from((after >= self.radix) == (way == Way::Encrypt));
                *numeral = byte(after % self.radix);
            }
        }
    }

    /// What the cipher makes of half a block, as a number.
    fn made(&self, source: &[u8], tweak: u32) -> u128 {
        let size = self.cipher.block_size();
        let number = source
            .iter()
            .rev()
            .fold(0, |number, numeral| number * u128::from(self.radix) + u128::from(*numeral));
        let mut block = Zeroizing::new([0; LONGEST_BLOCK]);
        block.copy_from_slice(&number.to_le_bytes());
        block[size - TWEAK..size].copy_from_slice(&tweak.to_le_bytes());
        self.cipher.encrypt_block(&mut block[..size]);
        u128::from_le_bytes(*block)
    }

    fn sum(&self, one: u8, other: u8) -> u8 {
        byte((u16::from(one) + u16::from(other)) % self.radix)
    }

    fn difference(&self, one: u8, other: u8) -> u8 {
        byte((u16::from(one) + self.radix - u16::from(other)) % self.radix)
    }
}

/// A block, and those of its numerals that are chained to the block before.
struct Part {
    block: core::ops::Range<usize>,
    chained: core::ops::Range<usize>,
}

/// The tweak of a block.
fn counted(tweak: [u32; 2], turn: usize) -> Result<[u32; 2], FpeFault> {
    let turn = u16::try_from(turn).map_err(|_| FpeFault::Length)?;
    Ok(tweak.map(|half| half ^ u32::from(turn) << 16))
}

fn byte(numeral: u16) -> u8 {
    numeral.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::{Aes, Cipher, Tdes};
    use crate::tests::{bytes, vectors};

    const VECTORS: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/crypto/bps.jsonl"));

    /// Values of a text of digits and lower case letters.
    fn values(text: &str) -> Vec<u8> {
        let value = |character: char| character.to_digit(36).expect("a numeral");
        text.chars().map(|character| value(character).to_le_bytes()[0]).collect()
    }

    #[test]
    fn bps_vectors() {
        let (mut published, mut tried) = (0, 0);
        for vector in vectors(VECTORS) {
            let key = vector.bytes("key");
            let cipher = if vector.algorithm() == "bps-aes" {
                Cipher::Aes(Aes::new(&key).expect("an AES key"))
            } else {
                Cipher::Tdes(Tdes::new(&key).expect("a DES key"))
            };
            let radix = vector.input("radix").as_u64().and_then(|radix| u16::try_from(radix).ok());
            let tweak = vector.bytes("tweak");
            let (halves, _) = tweak.as_chunks::<4>();
            let tweak = [halves[0], halves[1]].map(u32::from_be_bytes);
            let text = vector.input("data").as_str();
            let output = vector.output().as_str().expect("one value");
            let (clear, expected) = match text {
                Some(text) => (values(text), values(output)),
                None => (bytes(vector.input("numerals")), vector.output_bytes()),
            };
            let bps = Bps::new(&cipher, radix.expect("a radix")).expect("a radix");
            let mut numerals = clear.clone();
            bps.encrypt(tweak, &mut numerals).expect("numerals");
            assert_eq!(numerals, expected, "{}", vector.id());
            bps.decrypt(tweak, &mut numerals).expect("numerals");
            assert_eq!(numerals, clear, "{}", vector.id());
            published += usize::from(text.is_some());
            tried += 1;
        }
        assert!(published == 15 && tried > 90, "{published} of {tried} values");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let aes = Aes::new(&[0x2B; 16]).expect("an AES key");
        for radix in [0, 1, 257] {
            assert_eq!(Bps::new(&aes, radix).err(), Some(FpeFault::Radix));
        }
        let bps = Bps::new(&aes, 10).expect("a radix");
        for (numerals, fault) in
            [(&[][..], FpeFault::Length), (&[1], FpeFault::Length), (&[1, 10], FpeFault::Numeral)]
        {
            assert_eq!(bps.encrypt([0; 2], &mut numerals.to_vec()), Err(fault));
            assert_eq!(bps.decrypt([0; 2], &mut numerals.to_vec()), Err(fault));
        }
    }
}
