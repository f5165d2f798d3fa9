//! Key derivation of TR-31 and ANSI X9.143 key blocks, versions B, D and E.

use zeroize::Zeroizing;

use crate::KeyLength;
use crate::cipher::Cipher;
use crate::key::{Algorithm, ClearKey};
use crate::mac::Cmac;

/// What a key derived from a key block protection key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlockKey {
    /// Encryption in CBC mode (versions B and D).
    Encryption,
    /// Authentication (versions B, D and E).
    Authentication,
    /// Encryption in counter mode (version E, ISO 20038).
    CounterEncryption,
}

/// A key block protection key, ready to derive several keys.
pub struct Derivation {
    cmac: Cmac<Cipher>,
    algorithm: Algorithm,
    length: usize,
    /// Identifies algorithm and length in the derivation input.
    number: u8,
}

impl Derivation {
    /// Expands a protection key: DES of two or three parts, or AES.
    pub fn new(protection: &ClearKey) -> Result<Self, KeyLength> {
        let (algorithm, length) = (protection.algorithm(), protection.len());
        let number = match (algorithm, length) {
            (Algorithm::Tdes, 16) => 0,
            (Algorithm::Tdes, 24) => 1,
            (Algorithm::Aes, 16) => 2,
            (Algorithm::Aes, 24) => 3,
            (Algorithm::Aes, 32) => 4,
            _ => return Err(KeyLength),
        };
        Ok(Self { cmac: Cmac::new(protection.cipher()?), algorithm, length, number })
    }

    /// Derives a key of the same algorithm and length. The parity of a DES key is not adjusted.
    ///
    /// Each block of it is a CMAC over a counter, the usage, a zero byte, the algorithm and the length in bits
    /// (TR-31:2018, ANSI X9.143).
    pub fn key(&self, usage: BlockKey) -> Result<ClearKey, KeyLength> {
        let usage = match usage {
            BlockKey::Encryption => 0,
            BlockKey::Authentication => 1,
            BlockKey::CounterEncryption => 2,
        };
        let [high, low] = u16::try_from(8 * self.length).map_err(|_| KeyLength)?.to_be_bytes();
        let mut derived = ClearKey::zero(self.algorithm, self.length)?;
        for (counter, piece) in (1..).zip(derived.as_mut_bytes().chunks_mut(self.cmac.size())) {
            let input = [counter, 0, usage, 0, 0, self.number, high, low];
            let block = Zeroizing::new(self.cmac.mac(&[&input]));
            piece.copy_from_slice(&block[..piece.len()]);
        }
        Ok(derived)
    }
}

/// Derives one key from a protection key; [`Derivation`] is quicker for two.
pub fn key_block_key(protection: &ClearKey, usage: BlockKey) -> Result<ClearKey, KeyLength> {
    Derivation::new(protection)?.key(usage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::BlockCipher;
    use crate::mac::cmac;
    use crate::modes::{Counter, cbc_decrypt, ctr};
    use crate::tests::vectors;

    /// Derived keys are not printed in the standards, but only the right ones open and authenticate a block.
    #[test]
    fn published_key_blocks_open() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/key_block_derivation.jsonl"
        ))) {
            let header = vector.input("header").as_str().expect("a header").as_bytes();
            let algorithm = if header[0] == b'B' { Algorithm::Tdes } else { Algorithm::Aes };
            let protection = ClearKey::new(algorithm, &vector.bytes("kbpk")).expect("a KBPK");
            let derive = |usage| {
                let key = key_block_key(&protection, usage).expect("a length with a number");
                key.cipher().expect("a cipher")
            };
            let (mut body, mac) = (vector.bytes("body"), vector.bytes("mac"));
            let mut iv = mac.clone();
            if header[0] == b'E' {
                ctr(&derive(BlockKey::CounterEncryption), Counter::BLOCK, &mut iv, &mut body)
                    .expect("an IV");
            } else {
                cbc_decrypt(&derive(BlockKey::Encryption), &mut iv, &mut body).expect("blocks");
            }
            let authentication = derive(BlockKey::Authentication);
            let expected = cmac(&authentication, &[header, &body]);
            assert_eq!(mac, expected[..authentication.block_size()], "{}", vector.id());
            let key = vector.output_bytes();
            assert_eq!(body[2..2 + key.len()], key, "{}", vector.id());
        }
    }

    #[test]
    fn keys_without_a_number_are_refused() {
        let single = ClearKey::new(Algorithm::Tdes, &[1; 8]).expect("a DES key");
        let hmac = ClearKey::new(Algorithm::Hmac, &[1; 16]).expect("an HMAC key");
        assert!(Derivation::new(&single).is_err());
        assert!(Derivation::new(&hmac).is_err());
    }
}
