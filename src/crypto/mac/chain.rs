//! MACs of ISO 9797-1 that chain cipher blocks.

use crate::cipher::{BlockCipher, Cipher, LONGEST_BLOCK};
use crate::modes::{NotBlocks, xor};

/// How the end of a message is filled up to a whole block (ISO 9797-1, section 6.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Padding {
    /// Not at all: the message has to be whole blocks, and at least one.
    None,
    /// Method 1: zero bytes, as few as possible; a whole block of them for an empty message.
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
        for block in data.chunks_exact(size) {
            self.step(block);
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
            self.step(&block[..size]);
        }
        let (whole, rest) = data.split_at(data.len() - data.len() % size);
        self.update(whole)?;
        let ends = match padding {
            Padding::Marked => false,
            Padding::None if !rest.is_empty() => return Err(NotBlocks),
            _ => rest.is_empty() && self.started,
        };
        if !ends {
            if padding == Padding::None {
                return Err(NotBlocks);
            }
            let mut block = [0; LONGEST_BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            if padding == Padding::Marked {
                block[rest.len()] = 0x80;
            }
            self.step(&block[..size]);
        }
        if self.retail
            && let Cipher::Tdes(key) = self.cipher
            && let Some(value) = self.value.first_chunk_mut()
        {
            *value = key.retail_end(u64::from_be_bytes(*value)).to_be_bytes();
        }
        Ok(self.value)
    }

    #[inline]
    fn step(&mut self, block: &[u8]) {
        self.started = true;
        let value = &mut self.value[..block.len()];
        xor(value, block);
        match self.cipher {
            Cipher::Tdes(key) if self.retail => {
                if let Some(value) = value.first_chunk_mut() {
                    *value = key.retail_step(u64::from_be_bytes(*value)).to_be_bytes();
                }
            }
            cipher => cipher.encrypt_block(value),
        }
    }
}
