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
        self.encrypt_halves(Halves::open(block)).close()
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

    /// Decrypts two blocks, each under its own key. A block waits for its tables most of the time, so two take
    /// little longer than one.
    pub fn decrypt_both(ciphers: [&Self; 2], blocks: [u64; 2]) -> [u64; 2] {
        let [one, other] = ciphers;
        let keys = match (&one.keys, &other.keys) {
            (Keys::Double(outer, inner), Keys::Double(other_outer, other_inner)) => {
                let outer = [outer, other_outer];
                [outer, [inner, other_inner], outer]
            }
            (
                Keys::Triple(first, second, third),
                Keys::Triple(other_first, other_second, other_third),
            ) => [[first, other_first], [second, other_second], [third, other_third]],
            _ => return [one.decrypt(blocks[0]), other.decrypt(blocks[1])],
        };
        both_decrypted(blocks.map(Halves::open), keys).map(Halves::close)
    }

    /// Chains blocks into `value` as CBC does and gives the last result.
    pub(crate) fn chain(&self, value: u64, blocks: &[[u8; 8]]) -> u64 {
        chained(value, blocks, |halves| self.encrypt_halves(halves))
    }

    /// Chains blocks under the first key alone: the retail MAC up to its end.
    pub(crate) fn retail_chain(&self, value: u64, blocks: &[[u8; 8]]) -> u64 {
        let (Keys::Single(first) | Keys::Double(first, _) | Keys::Triple(first, _, _)) = &self.keys;
        chained(value, blocks, |halves| first.encrypt_halves(halves))
    }

    /// What the retail MAC adds to its last block. A single key adds nothing.
    pub(crate) fn retail_end(&self, block: u64) -> u64 {
        match &self.keys {
            Keys::Single(_) => block,
            Keys::Double(first, second) => first.encrypt(second.decrypt(block)),
            Keys::Triple(_, second, third) => third.encrypt(second.decrypt(block)),
        }
    }

    #[inline]
    fn encrypt_halves(&self, halves: Halves) -> Halves {
        match &self.keys {
            Keys::Single(only) => only.encrypt_halves(halves),
            Keys::Double(outer, inner) => encrypted(halves, outer, inner, outer),
            Keys::Triple(first, second, third) => encrypted(halves, first, second, third),
        }
    }
}

/// The outer permutations cancel out from block to block, which leaves one, and that one off the critical path.
#[inline]
fn chained(value: u64, blocks: &[[u8; 8]], encrypt: impl Fn(Halves) -> Halves) -> u64 {
    let blocks = blocks.iter().map(|block| Halves::open(u64::from_be_bytes(*block)));
    blocks.fold(Halves::open(value), |state, block| encrypt(state ^ block)).close()
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

#[inline(never)]
fn both_decrypted(halves: [Halves; 2], [first, second, third]: [[&Des; 2]; 3]) -> [Halves; 2] {
    let halves = Des::encrypt_both(second, Des::decrypt_both(third, halves));
    Des::decrypt_both(first, halves)
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
    use rand_core::Rng;

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
            random.fill_bytes(&mut key);
            let plain = random.next().to_be_bytes();
            agrees(&::des::TdesEde3::new(&key.into()), &key, plain);
            let key: [u8; 16] = *key.first_chunk().expect("16 of 24 bytes");
            agrees(&::des::TdesEde2::new(&key.into()), &key, plain);
        }
    }

    #[test]
    fn two_at_once_are_two() {
        let mut random = Xorshift::new(0xB07);
        for lengths in [[8, 8], [16, 16], [24, 24], [8, 24], [16, 24]] {
            for _ in 0..200 {
                let mut bytes = [0; 48];
                random.fill_bytes(&mut bytes);
                let (one, other) = bytes.split_at(24);
                let one = Tdes::new(&one[..lengths[0]]).expect("a key");
                let other = Tdes::new(&other[..lengths[1]]).expect("a key");
                let plain = [random.next(), random.next()];
                let sealed = [one.encrypt(plain[0]), other.encrypt(plain[1])];
                assert_eq!(Tdes::decrypt_both([&one, &other], sealed), plain);
            }
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
