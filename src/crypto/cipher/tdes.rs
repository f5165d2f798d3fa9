//! Triple DES in encrypt-decrypt-encrypt order (ANSI X9.52), with single DES for a single-length key.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::BlockCipher;
use super::des::{Des, Halves};
use crate::KeyLength;

/// Expanded DES keys of one, two or three parts.
///
/// A key of eight bytes is one DES, not three.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Tdes {
    keys: Keys,
}

#[derive(Zeroize, ZeroizeOnDrop)]
enum Keys {
    Single(Des),
    Double(Des, Des),
    Triple(Des, Des, Des),
}

impl Tdes {
    /// Expands a key of 8, 16 (K1 K2 K1) or 24 bytes.
    ///
    /// Parts may be equal. Parity bits are ignored.
    pub fn new(key: &[u8]) -> Result<Self, KeyLength> {
        let keys = match key.as_chunks() {
            ([only], []) => Keys::Single(Des::new(only)),
            ([left, right], []) => Keys::Double(Des::new(left), Des::new(right)),
            ([left, middle, right], []) => {
                Keys::Triple(Des::new(left), Des::new(middle), Des::new(right))
            }
            _ => return Err(KeyLength),
        };
        Ok(Self { keys })
    }

    /// Encrypts one block, the first byte being the most significant.
    pub fn encrypt(&self, block: u64) -> u64 {
        let halves = Halves::open(block);
        match &self.keys {
            Keys::Single(only) => only.encrypt_halves(halves),
            Keys::Double(outer, inner) => encrypted(halves, outer, inner, outer),
            Keys::Triple(first, second, third) => encrypted(halves, first, second, third),
        }
        .close()
    }

    /// Decrypts one block.
    pub fn decrypt(&self, block: u64) -> u64 {
        let halves = Halves::open(block);
        match &self.keys {
            Keys::Single(only) => only.decrypt_halves(halves),
            Keys::Double(outer, inner) => decrypted(halves, outer, inner, outer),
            Keys::Triple(first, second, third) => decrypted(halves, first, second, third),
        }
        .close()
    }

    /// Encrypts under the first key alone: a block of the retail MAC before the last.
    #[inline]
    pub(crate) fn retail_step(&self, block: u64) -> u64 {
        let (Keys::Single(first) | Keys::Double(first, _) | Keys::Triple(first, _, _)) = &self.keys;
        first.encrypt(block)
    }

    /// What the retail MAC adds to its last block. A single key adds nothing.
    pub(crate) fn retail_end(&self, block: u64) -> u64 {
        match &self.keys {
            Keys::Single(_) => block,
            Keys::Double(first, second) => first.encrypt(second.decrypt(block)),
            Keys::Triple(_, second, third) => third.encrypt(second.decrypt(block)),
        }
    }
}

// Not inlined: each holds 48 rounds, and both lengths of key use the same copy.
#[inline(never)]
fn encrypted(halves: Halves, first: &Des, second: &Des, third: &Des) -> Halves {
    third.encrypt_halves(second.decrypt_halves(first.encrypt_halves(halves)))
}

#[inline(never)]
fn decrypted(halves: Halves, first: &Des, second: &Des, third: &Des) -> Halves {
    first.decrypt_halves(second.encrypt_halves(third.decrypt_halves(halves)))
}

impl BlockCipher for Tdes {
    fn block_size(&self) -> usize {
        8
    }

    fn encrypt_block(&self, block: &mut [u8]) {
        let block: &mut [u8; 8] = block.try_into().expect("a DES block is eight bytes");
        *block = self.encrypt(u64::from_be_bytes(*block)).to_be_bytes();
    }

    fn decrypt_block(&self, block: &mut [u8]) {
        let block: &mut [u8; 8] = block.try_into().expect("a DES block is eight bytes");
        *block = self.decrypt(u64::from_be_bytes(*block)).to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Xorshift;

    use ::des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

    fn agrees<C: BlockCipherEncrypt + BlockCipherDecrypt>(oracle: &C, key: &[u8], plain: [u8; 8]) {
        let ours = Tdes::new(key).expect("a key of 16 or 24 bytes");
        let mut expected = ::des::cipher::Block::<C>::try_from(&plain[..]).expect("eight bytes");
        oracle.encrypt_block(&mut expected);
        let mut block = plain;
        ours.encrypt_block(&mut block);
        assert_eq!(block[..], expected[..]);
        ours.decrypt_block(&mut block);
        assert_eq!(block, plain);
    }

    #[test]
    fn agrees_with_an_independent_engine() {
        let mut random = Xorshift::new(0x5EED);
        for _ in 0..5_000 {
            let mut key = [0; 24];
            random.fill(&mut key);
            let plain = random.next().to_be_bytes();
            agrees(&::des::TdesEde3::new(&key.into()), &key, plain);
            let key: [u8; 16] = *key.first_chunk().expect("16 of 24 bytes");
            agrees(&::des::TdesEde2::new(&key.into()), &key, plain);
        }
    }

    #[test]
    fn short_key_is_single_des() {
        let key = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF";
        let tdes = Tdes::new(&key).expect("eight bytes");
        assert_eq!(tdes.encrypt(0), Des::new(&key).encrypt(0));
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in [0, 7, 9, 15, 17, 23, 25, 32] {
            assert!(Tdes::new(&[0; 32][..length]).is_err(), "{length}");
        }
    }
}
