//! Clear keys.

use rand_core::Rng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::cipher::{Aes, Cipher, Tdes};
use crate::mac::{Hash, cmac, hmac};

/// The length of a key does not fit its algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the length of the key does not fit its algorithm")]
pub struct KeyLength;

/// What a key is for, as far as its length and check value are concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// DES of one, two or three keys: 8, 16 or 24 bytes.
    Tdes,
    /// AES: 16, 24 or 32 bytes.
    Aes,
    /// HMAC: 1 to 64 bytes.
    Hmac,
}

impl Algorithm {
    /// Whether a key of so many bytes exists.
    pub fn allows(self, length: usize) -> bool {
        match self {
            Self::Tdes => matches!(length, 8 | 16 | 24),
            Self::Aes => matches!(length, 16 | 24 | 32),
            Self::Hmac => (1..=ClearKey::LONGEST).contains(&length),
        }
    }
}

/// A key in the clear.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ClearKey {
    bytes: [u8; Self::LONGEST],
    length: usize,
    #[zeroize(skip)]
    algorithm: Algorithm,
}

impl ClearKey {
    /// Longest key in bytes.
    pub const LONGEST: usize = 64;

    /// Copies a key. Parity is left as it is.
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, KeyLength> {
        let mut copy = Self::zero(algorithm, key.len())?;
        copy.as_mut_bytes().copy_from_slice(key);
        Ok(copy)
    }

    /// A key of zero bytes, to be filled in place.
    pub fn zero(algorithm: Algorithm, length: usize) -> Result<Self, KeyLength> {
        if algorithm.allows(length) {
            Ok(Self { bytes: [0; Self::LONGEST], length, algorithm })
        } else {
            Err(KeyLength)
        }
    }

    /// Draws a key; a DES key has odd parity and no two equal parts.
    pub fn random<R: Rng + ?Sized>(
        algorithm: Algorithm,
        length: usize,
        rng: &mut R,
    ) -> Result<Self, KeyLength> {
        let mut key = Self::zero(algorithm, length)?;
        loop {
            rng.fill_bytes(key.as_mut_bytes());
            if algorithm != Algorithm::Tdes {
                return Ok(key);
            }
            key.force_odd_parity();
            if !key.repeats_a_part() {
                return Ok(key);
            }
        }
    }

    /// The key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The key, for algorithms that build one in place.
    pub fn as_mut_bytes(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }

    /// What the key is for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Bytes in the key.
    #[expect(clippy::len_without_is_empty, reason = "a key is never empty")]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Expands the key. An HMAC key has no cipher.
    pub fn cipher(&self) -> Result<Cipher, KeyLength> {
        match self.algorithm {
            Algorithm::Tdes => Tdes::new(self.as_bytes()).map(Cipher::Tdes),
            Algorithm::Aes => Aes::new(self.as_bytes()).map(Cipher::Aes),
            Algorithm::Hmac => Err(KeyLength),
        }
    }

    /// Whether every byte has an odd number of ones.
    pub fn has_odd_parity(&self) -> bool {
        self.as_bytes().iter().fold(1, |odd, byte| odd & byte.count_ones()) & 1 == 1
    }

    /// Sets the lowest bit of every byte so that its number of ones is odd (ANSI X3.92).
    pub fn force_odd_parity(&mut self) {
        for byte in self.as_mut_bytes() {
            *byte ^= u8::from(byte.count_ones().is_multiple_of(2));
        }
    }

    /// The key with odd parity.
    #[must_use]
    pub fn with_odd_parity(mut self) -> Self {
        self.force_odd_parity();
        self
    }

    /// Whether every byte is zero.
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().fold(0, |seen, byte| seen | byte) == 0
    }

    /// Whether the key consists of two or three equal DES parts, which makes it a shorter key in disguise.
    pub fn has_equal_parts(&self) -> bool {
        let (parts, _) = self.as_bytes().as_chunks::<8>();
        parts.len() > 1 && parts.windows(2).all(|pair| pair[0].ct_eq(&pair[1]).into())
    }

    /// Whether any two DES parts are equal.
    fn repeats_a_part(&self) -> bool {
        let (parts, _) = self.as_bytes().as_chunks::<8>();
        parts.iter().enumerate().any(|(at, part)| parts[..at].contains(part))
    }

    /// Combines a component into this key by exclusive or. Both need the same length.
    pub fn xor(&mut self, component: &Self) -> Result<(), KeyLength> {
        if self.length != component.length {
            return Err(KeyLength);
        }
        for (byte, other) in self.as_mut_bytes().iter_mut().zip(component.as_bytes()) {
            *byte ^= other;
        }
        Ok(())
    }

    /// The first eight bytes of a double-length DES key as a key: key A of a CVK pair.
    pub fn left(&self) -> Result<Self, KeyLength> {
        self.half(0)
    }

    /// The last eight bytes of a double-length DES key as a key: key B of a CVK pair.
    pub fn right(&self) -> Result<Self, KeyLength> {
        self.half(1)
    }

    fn half(&self, index: usize) -> Result<Self, KeyLength> {
        match (self.algorithm, self.as_bytes().as_chunks::<8>()) {
            (Algorithm::Tdes, (halves @ [_, _], [])) => {
                halves.get(index).ok_or(KeyLength).and_then(|half| Self::new(self.algorithm, half))
            }
            _ => Err(KeyLength),
        }
    }

    /// The check value, to be shortened by the caller.
    ///
    /// DES: a zero block encrypted, in the first eight bytes. AES: CMAC of sixteen zero bytes (ANSI X9.24-1).
    /// HMAC: HMAC-SHA-256 of nothing, first sixteen bytes (inferred).
    pub fn check_value(&self) -> [u8; 16] {
        let mut value = [0; 16];
        match self.algorithm {
            Algorithm::Tdes => {
                if let Ok(cipher) = Tdes::new(self.as_bytes()) {
                    value[..8].copy_from_slice(&cipher.encrypt(0).to_be_bytes());
                }
            }
            Algorithm::Aes => {
                if let Ok(cipher) = Aes::new(self.as_bytes()) {
                    value = cmac(&cipher, &[&[0; 16]]);
                }
            }
            Algorithm::Hmac => {
                let digest = Zeroizing::new(hmac(Hash::Sha256, self.as_bytes(), &[]));
                value.copy_from_slice(&digest[..16]);
            }
        }
        value
    }
}

impl ConstantTimeEq for ClearKey {
    /// Compares the bytes in constant time; unequal lengths are unequal at once.
    fn ct_eq(&self, other: &Self) -> subtle::Choice {
        self.as_bytes().ct_eq(other.as_bytes())
    }
}
