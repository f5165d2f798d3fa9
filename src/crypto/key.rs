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
    /// HMAC: 1 to 128 bytes.
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
pub struct ClearKey {
    /// Zero behind the key.
    bytes: [u8; Self::LONGEST],
    length: usize,
    algorithm: Algorithm,
}

impl Drop for ClearKey {
    fn drop(&mut self) {
        self.as_mut_bytes().zeroize();
    }
}

impl ZeroizeOnDrop for ClearKey {}

impl ClearKey {
    /// Longest key in bytes: a block of SHA-384 and SHA-512, the longest key that HMAC does not hash first.
    pub const LONGEST: usize = 128;

    /// Copies a key. Parity is left as it is.
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, KeyLength> {
        let mut copy = Self::zero(algorithm, key.len())?;
        copy.as_mut_bytes().copy_from_slice(key);
        Ok(copy)
    }

    /// A key of zero bytes, to be filled in place.
    pub fn zero(algorithm: Algorithm, length: usize) -> Result<Self, KeyLength> {
        crate::stack::used();
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
            Algorithm::Tdes => Ok(Cipher::Tdes(Tdes::new(self.as_bytes())?)),
            Algorithm::Aes => Ok(Cipher::Aes(Aes::new(self.as_bytes())?)),
            Algorithm::Hmac => Err(KeyLength),
        }
    }

    /// Whether every byte has an odd number of ones.
    pub fn has_odd_parity(&self) -> bool {
        // Eight bytes at once: folded onto itself, each byte has its parity in its lowest bit.
        const LOWEST: u64 = 0x0101_0101_0101_0101;
        let odd = |part: u64| {
            let part = part ^ part >> 4;
            let part = part ^ part >> 2;
            part ^ part >> 1
        };
        let (parts, rest) = self.as_bytes().as_chunks();
        parts.iter().fold(LOWEST, |all, part| all & odd(u64::from_be_bytes(*part))) == LOWEST
            && rest.iter().fold(1, |odd, byte| odd & byte.count_ones()) & 1 == 1
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::BlockCipher;
    use crate::tests::{Xorshift, bytes, vectors};

    fn tdes(bytes: &[u8]) -> ClearKey {
        ClearKey::new(Algorithm::Tdes, bytes).expect("a DES key")
    }

    #[test]
    fn check_value_vectors() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/kcv.jsonl"
        ))) {
            let (name, key, output) = (vector.id(), vector.bytes("key"), vector.output());
            let starts = |value: [u8; 16], expected: &serde_json::Value| {
                let expected = bytes(expected);
                assert_eq!(value[..expected.len()], expected, "{name}");
            };
            let aes = || ClearKey::new(Algorithm::Aes, &key).expect("an AES key");
            let empty = || cmac(&Aes::new(&key).expect("an AES key"), &[]);
            match vector.algorithm() {
                "kcv-tdes-zero" if output.is_string() => starts(tdes(&key).check_value(), output),
                "kcv-tdes-zero" => {
                    starts(tdes(&key).check_value(), &output["kcv6"]);
                    starts(tdes(&key).check_value(), &output["kcv16"]);
                }
                "kcv-aes-cmac" => starts(aes().check_value(), output),
                "kcv-aes" => {
                    let mut zero = [0; 16];
                    aes().cipher().expect("a cipher").encrypt_block(&mut zero);
                    starts(zero, &output["ecb_zero6"]);
                    starts(aes().check_value(), &output["cmac_zero6"]);
                    starts(aes().check_value(), &output["cmac_zero10"]);
                    starts(empty(), &output["cmac_empty6"]);
                }
                "kcv-aes-lmk-cmac-empty" => starts(empty(), output),
                "kcv-hmac-empty" if vector.input("hash") == "sha256" => {
                    let key = ClearKey::new(Algorithm::Hmac, &key).expect("an HMAC key");
                    starts(key.check_value(), output);
                }
                "kcv-hmac-empty" => {}
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn parity_vectors() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/parity.jsonl"
        ))) {
            let key = tdes(&vector.bytes("key"));
            match vector.algorithm() {
                "des-parity-check" => {
                    assert_eq!(
                        Some(key.has_odd_parity()),
                        vector.output().as_bool(),
                        "{}",
                        vector.id()
                    );
                }
                "des-odd-parity-adjust" => {
                    let adjusted = key.with_odd_parity();
                    assert_eq!(adjusted.as_bytes(), vector.output_bytes(), "{}", vector.id());
                    assert!(adjusted.has_odd_parity());
                }
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn random_keys_are_sound() {
        let mut random = Xorshift::new(0xA0);
        for length in [8, 16, 24] {
            let key = ClearKey::random(Algorithm::Tdes, length, &mut random).expect("a DES key");
            assert_eq!(key.len(), length);
            assert!(key.has_odd_parity() && !key.has_equal_parts() && !key.is_zero());
        }
        let dynamic: &mut dyn Rng = &mut random;
        assert!(ClearKey::random(Algorithm::Aes, 32, dynamic).is_ok());
        assert!(ClearKey::random(Algorithm::Aes, 8, dynamic).is_err());
    }

    #[test]
    fn equal_parts_are_noticed() {
        assert!(!tdes(&[1; 8]).has_equal_parts());
        assert!(tdes(&[1; 16]).has_equal_parts());
        assert!(tdes(&[1; 24]).has_equal_parts());
        let mut halves = [1; 16];
        halves[15] = 2;
        assert!(!tdes(&halves).has_equal_parts());
        let mut thirds = [1; 24];
        thirds[8] = 2;
        assert!(!tdes(&thirds).has_equal_parts());
        assert!(tdes(&thirds).repeats_a_part());
    }

    #[test]
    fn components_combine() {
        let mut key = tdes(&[0x0F; 16]);
        key.xor(&tdes(&[0xF0; 16])).expect("equal lengths");
        assert_eq!(key.as_bytes(), [0xFF; 16]);
        assert!(key.xor(&tdes(&[0xF0; 8])).is_err());
        key.xor(&tdes(&[0xFF; 16])).expect("equal lengths");
        assert!(key.is_zero());
    }

    #[test]
    fn halves_are_of_double_length_keys_only() {
        let pair = tdes(b"lefthalfrightone");
        assert_eq!(pair.left().expect("a half").as_bytes(), b"lefthalf");
        assert_eq!(pair.right().expect("a half").as_bytes(), b"rightone");
        assert!(tdes(&[1; 8]).left().is_err());
        assert!(tdes(&[1; 24]).right().is_err());
        assert!(ClearKey::new(Algorithm::Aes, &[1; 16]).expect("an AES key").left().is_err());
    }

    #[test]
    fn lengths_fit_algorithms() {
        for (algorithm, lengths) in
            [(Algorithm::Tdes, &[8, 16, 24][..]), (Algorithm::Aes, &[16, 24, 32])]
        {
            for length in 0..=64 {
                let made = ClearKey::new(algorithm, &[1; 64][..length]);
                assert_eq!(made.is_ok(), lengths.contains(&length), "{algorithm:?} {length}");
            }
        }
        assert!(ClearKey::new(Algorithm::Hmac, &[]).is_err());
        assert!(ClearKey::new(Algorithm::Hmac, &[1; 129]).is_err());
        assert!(ClearKey::new(Algorithm::Hmac, &[1; 128]).is_ok());
    }
}
