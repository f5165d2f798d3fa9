//! MACs of ISO 9797-1 that chain cipher blocks.

use crate::cipher::{BlockCipher, Cipher, LONGEST_BLOCK, Tdes};
use crate::modes::{NotBlocks, xor};

/// How the end of a message is filled up to a whole block (ISO 9797-1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Padding {
    /// Not at all: the message has to be whole blocks, and at least one.
    None,
    /// Method 1: zero bytes, as few as possible, but a whole block of them for an empty message.
    ///
    /// Nothing is added when a resumed message has nothing left (inferred).
    Zeros,
    /// Method 2: `80`, then zero bytes.
    Marked,
    /// Method 3: a block with the length in bits stands in front, zero bytes follow.
    ///
    /// An empty message is the length block alone (inferred: implementations differ).
    Length,
}

/// A MAC in progress.
pub struct Chain<'k> {
    cipher: &'k Cipher,
    retail: bool,
    value: [u8; LONGEST_BLOCK],
    started: bool,
}

impl<'k> Chain<'k> {
    /// Starts MAC algorithm 1: cipher block chaining, the last block is the MAC.
    ///
    /// With a single-length DES key this is ANSI X9.9.
    pub fn algorithm_1(cipher: &'k Cipher) -> Self {
        Self { cipher, retail: false, value: [0; LONGEST_BLOCK], started: false }
    }

    /// Starts MAC algorithm 3, the retail MAC (ANSI X9.19): chaining under the first DES key, then decryption
    /// under the second and encryption under the first, or under the third of three (inferred).
    ///
    /// A cipher that is not DES has no parts; for it this is algorithm 1.
    pub fn algorithm_3(cipher: &'k Cipher) -> Self {
        Self { retail: matches!(cipher, Cipher::Tdes(_)), ..Self::algorithm_1(cipher) }
    }

    /// Goes on from the chaining value that an earlier part left.
    pub fn resume(mut self, value: &[u8]) -> Result<Self, NotBlocks> {
        if value.len() != self.cipher.block_size() {
            return Err(NotBlocks);
        }
        self.value[..value.len()].copy_from_slice(value);
        self.started = true;
        Ok(self)
    }

    /// Takes in whole blocks: the first or a middle part of a message.
    pub fn update(&mut self, data: &[u8]) -> Result<(), NotBlocks> {
        let size = self.cipher.block_size();
        if !data.len().is_multiple_of(size) {
            return Err(NotBlocks);
        }
        self.started |= !data.is_empty();
        match self.cipher {
            Cipher::Tdes(key) => {
                if let Some(value) = self.value.first_chunk_mut() {
                    let (before, blocks) = (u64::from_be_bytes(*value), data.as_chunks().0);
                    let chain = if self.retail { Tdes::retail_chain } else { Tdes::chain };
                    *value = chain(key, before, blocks).to_be_bytes();
                }
            }
            Cipher::Aes(key) => {
                for block in data.as_chunks::<LONGEST_BLOCK>().0 {
                    xor(&mut self.value, block);
                    key.encrypt(&mut self.value);
                }
            }
        }
        Ok(())
    }

    /// The chaining value: for algorithm 3, the state under the first key.
    pub fn value(&self) -> &[u8] {
        &self.value[..self.cipher.block_size()]
    }

    /// Takes in the last or only part of a message and gives the MAC.
    ///
    /// The first eight bytes hold the MAC of an eight-byte cipher, the rest is zero. Padding by length needs the
    /// whole message in this call.
    pub fn finish(
        mut self,
        data: &[u8],
        padding: Padding,
    ) -> Result<[u8; LONGEST_BLOCK], NotBlocks> {
        let size = self.cipher.block_size();
        if padding == Padding::Length {
            if self.started {
                return Err(NotBlocks);
            }
            let mut block = [0; LONGEST_BLOCK];
            block[size - 8..size].copy_from_slice(&(8 * data.len() as u64).to_be_bytes());
            self.update(&block[..size])?;
        }
        let (whole, rest) = data.split_at(data.len() - data.len() % size);
        self.update(whole)?;
        let complete = self.started && rest.is_empty() && padding != Padding::Marked;
        if !complete {
            let mut block = [0; LONGEST_BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            match padding {
                Padding::None => return Err(NotBlocks),
                Padding::Marked => block[rest.len()] = 0x80,
                Padding::Zeros | Padding::Length => {}
            }
            self.update(&block[..size])?;
        }
        if self.retail
            && let Cipher::Tdes(key) = self.cipher
            && let Some(value) = self.value.first_chunk_mut()
        {
            *value = key.retail_end(u64::from_be_bytes(*value)).to_be_bytes();
        }
        Ok(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Aes;
    use crate::tests::vectors;

    fn tdes(key: &[u8]) -> Cipher {
        Cipher::Tdes(Tdes::new(key).expect("a DES key"))
    }

    fn start<'k>(algorithm: &str, cipher: &'k Cipher) -> Chain<'k> {
        if algorithm.contains("alg3") {
            Chain::algorithm_3(cipher)
        } else {
            Chain::algorithm_1(cipher)
        }
    }

    /// Padding 3 of the empty message (`mac_iso9797-0009`) rests on one engine; others add a zero block.
    #[test]
    fn vectors_in_one_part_and_in_three() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/mac_iso9797.jsonl"
        ))) {
            let padding = match vector.input("padding").as_u64() {
                Some(1) => Padding::Zeros,
                Some(2) => Padding::Marked,
                Some(3) => Padding::Length,
                other => panic!("padding {other:?}"),
            };
            let cipher = tdes(&vector.bytes("key"));
            let (data, expected) = (vector.bytes("data"), vector.output_bytes());
            let chain = start(vector.algorithm(), &cipher);
            let mac = chain.finish(&data, padding).expect("any length");
            assert_eq!(mac[..8], expected, "{}", vector.id());
            assert_eq!(mac[8..], [0; 8]);

            if padding != Padding::Length {
                let (first, rest) = data.split_at(data.len() / 3 / 8 * 8);
                let (middle, last) = rest.split_at(rest.len() / 8 * 8);
                let mut chain = start(vector.algorithm(), &cipher);
                chain.update(first).expect("whole blocks");
                if !first.is_empty() {
                    let value = chain.value().to_vec();
                    chain = start(vector.algorithm(), &cipher).resume(&value).expect("a block");
                }
                chain.update(middle).expect("whole blocks");
                let mac = chain.finish(last, padding).expect("any length");
                assert_eq!(mac[..8], expected, "{}", vector.id());
            }
        }
    }

    /// ANSI X9.19 example, reproduced in many places.
    #[test]
    fn retail_mac_of_a_known_message() {
        let key = tdes(b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10");
        let mac = Chain::algorithm_3(&key).finish(b"Now is the time for all ", Padding::None);
        let mac = mac.expect("three blocks");
        assert_eq!(mac[..8], *b"\xA1\xC7\x2E\x74\xEA\x3F\xA9\xB6");
    }

    #[test]
    fn aes_chain_is_cbc() {
        let cipher = Cipher::Aes(Aes::new(&[5; 16]).expect("an AES key"));
        let mut data = [9; 48];
        let mac = Chain::algorithm_1(&cipher).finish(&data, Padding::None).expect("whole blocks");
        crate::modes::cbc_encrypt(&cipher, &mut [0; 16], &mut data).expect("whole blocks");
        assert_eq!(mac, data[32..]);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let cipher = tdes(&[1; 16]);
        let chain = || Chain::algorithm_1(&cipher);
        assert_eq!(chain().finish(&[], Padding::None), Err(NotBlocks));
        assert_eq!(chain().finish(&[0; 9], Padding::None), Err(NotBlocks));
        assert_eq!(chain().update(&[0; 9]), Err(NotBlocks));
        assert!(chain().resume(&[0; 16]).is_err());
        let resumed = chain().resume(&[0; 8]).expect("a block");
        assert_eq!(resumed.finish(&[0; 8], Padding::Length), Err(NotBlocks));
    }
}
