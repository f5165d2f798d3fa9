//! Message authentication codes.

mod chain;
mod hash;

pub use chain::{Chain, Padding};
pub use hash::{Hash, hmac};

use zeroize::Zeroizing;

use crate::cipher::{BlockCipher, LONGEST_BLOCK};
use crate::modes::xor;

/// CMAC (NIST SP 800-38B, ISO 9797-1 algorithm 5) over the parts as one message.
///
/// The first eight bytes hold the MAC of an eight-byte cipher, the rest is zero.
pub fn cmac<C: BlockCipher>(cipher: &C, parts: &[&[u8]]) -> [u8; LONGEST_BLOCK] {
    finish(cipher, &subkey(cipher), parts)
}

/// A cipher together with its CMAC subkey, for many messages under one key.
pub struct Cmac<C> {
    cipher: C,
    subkey: Zeroizing<[u8; LONGEST_BLOCK]>,
}

impl<C: BlockCipher> Cmac<C> {
    /// Works out the subkey.
    pub fn new(cipher: C) -> Self {
        let subkey = subkey(&cipher);
        Self { cipher, subkey }
    }

    /// What [`cmac`] gives.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; LONGEST_BLOCK] {
        finish(&self.cipher, &self.subkey, parts)
    }

    /// Bytes in a MAC.
    pub fn size(&self) -> usize {
        self.cipher.block_size()
    }
}

/// The subkey for messages of whole blocks.
fn subkey<C: BlockCipher>(cipher: &C) -> Zeroizing<[u8; LONGEST_BLOCK]> {
    let mut subkey = Zeroizing::new([0; LONGEST_BLOCK]);
    let block = &mut subkey[..cipher.block_size()];
    cipher.encrypt_block(block);
    double(block);
    subkey
}

fn finish<C: BlockCipher>(
    cipher: &C,
    subkey: &[u8; LONGEST_BLOCK],
    parts: &[&[u8]],
) -> [u8; LONGEST_BLOCK] {
    let size = cipher.block_size();
    let (mut state, filled) = chain_up_to_last(cipher, parts);
    let value = &mut state[..size];
    if filled == size {
        xor(value, subkey);
    } else {
        let mut doubled = Zeroizing::new(*subkey);
        double(&mut doubled[..size]);
        xor(value, &*doubled);
        value[filled] ^= 0x80;
    }
    cipher.encrypt_block(value);
    state
}

/// Chains the parts as CBC does, but leaves the last block, whole or not, to be encrypted.
///
/// Gives the state and the number of bytes that the last block has taken in.
pub(crate) fn chain_up_to_last<C: BlockCipher>(
    cipher: &C,
    parts: &[&[u8]],
) -> ([u8; LONGEST_BLOCK], usize) {
    let size = cipher.block_size();
    let mut state = [0; LONGEST_BLOCK];
    let value = &mut state[..size];
    let mut filled = 0;
    for part in parts {
        let mut rest = *part;
        while !rest.is_empty() {
            if filled == size {
                cipher.encrypt_block(value);
                filled = 0;
            }
            let (now, later) = rest.split_at(rest.len().min(size - filled));
            xor(&mut value[filled..], now);
            filled += now.len();
            rest = later;
        }
    }
    (state, filled)
}

/// Multiplies by x in the field of 2^64 or 2^128 elements.
fn double(block: &mut [u8]) {
    let constant = if block.len() == 8 { 0x1B } else { 0x87 };
    let mut carry = 0;
    for byte in block.iter_mut().rev() {
        (*byte, carry) = (*byte << 1 | carry, *byte >> 7);
    }
    if let Some(last) = block.last_mut() {
        *last ^= constant * carry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::{Aes, Cipher, Tdes};
    use crate::tests::{Xorshift, vectors};

    use ::cmac::Mac;
    use rand_core::Rng;

    fn cipher(name: &str, key: &[u8]) -> Cipher {
        if name.ends_with("aes") {
            Cipher::Aes(Aes::new(key).expect("an AES key"))
        } else {
            Cipher::Tdes(Tdes::new(key).expect("a DES key"))
        }
    }

    #[test]
    fn cmac_vectors() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/cmac.jsonl"
        ))) {
            let cipher = cipher(vector.algorithm(), &vector.bytes("key"));
            let expected = vector.output_bytes();
            let value = cmac(&cipher, &[&vector.bytes("data")]);
            assert_eq!(value[..expected.len()], expected, "{}", vector.id());
            let key = Cmac::new(cipher);
            assert_eq!(key.mac(&[&vector.bytes("data")]), value);
            assert_eq!(key.size(), expected.len());
        }
    }

    /// Every way to cut a message in three gives the value of the crate `cmac`.
    #[test]
    fn cmac_in_parts_agrees_with_an_independent_engine() {
        let mut random = Xorshift::new(0xC3AC);
        let (mut key, mut message) = ([0; 32], [0; 40]);
        random.fill_bytes(&mut key);
        random.fill_bytes(&mut message);
        let aes = cipher("aes", &key);
        let tdes = cipher("tdes", &key[..24]);
        for end in 0..=message.len() {
            let message = &message[..end];
            let mut expected = <::cmac::Cmac<::aes::Aes256> as ::cmac::KeyInit>::new(&key.into());
            expected.update(message);
            let expected = expected.finalize().into_bytes();
            let mut short =
                <::cmac::Cmac<::des::TdesEde3> as ::cmac::KeyInit>::new_from_slice(&key[..24])
                    .expect("24 bytes");
            short.update(message);
            let short = short.finalize().into_bytes();
            for first in 0..=end {
                for second in first..=end {
                    let parts = [&message[..first], &message[first..second], &message[second..]];
                    assert_eq!(cmac(&aes, &parts)[..], expected[..]);
                    assert_eq!(cmac(&tdes, &parts)[..8], short[..]);
                }
            }
        }
    }
}
