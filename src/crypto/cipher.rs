//! Block ciphers.

pub mod aes;
pub mod des;
pub mod tdes;

pub use aes::Aes;
pub use des::Des;
pub use tdes::Tdes;

/// Longest block of any cipher here, in bytes.
pub const LONGEST_BLOCK: usize = 16;

/// A cipher over blocks of one length.
pub trait BlockCipher {
    /// Bytes in a block: 8 or 16.
    fn block_size(&self) -> usize;

    /// Encrypts one block in place.
    ///
    /// # Panics
    ///
    /// If `block` is not exactly one block long.
    fn encrypt_block(&self, block: &mut [u8]);

    /// Decrypts one block in place.
    ///
    /// # Panics
    ///
    /// If `block` is not exactly one block long.
    fn decrypt_block(&self, block: &mut [u8]);
}

/// An expanded key of either cipher.
pub enum Cipher {
    /// DES of one, two or three keys.
    Tdes(Tdes),
    /// AES.
    Aes(Aes),
}

impl BlockCipher for Cipher {
    fn block_size(&self) -> usize {
        match self {
            Self::Tdes(cipher) => cipher.block_size(),
            Self::Aes(cipher) => cipher.block_size(),
        }
    }

    fn encrypt_block(&self, block: &mut [u8]) {
        match self {
            Self::Tdes(cipher) => cipher.encrypt_block(block),
            Self::Aes(cipher) => cipher.encrypt_block(block),
        }
    }

    fn decrypt_block(&self, block: &mut [u8]) {
        match self {
            Self::Tdes(cipher) => cipher.decrypt_block(block),
            Self::Aes(cipher) => cipher.decrypt_block(block),
        }
    }
}
