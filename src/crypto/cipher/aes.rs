//! AES (FIPS 197).

use ::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use ::aes::{Aes128, Aes192, Aes256};

use super::BlockCipher;
use crate::KeyLength;

/// An expanded AES key. Wiped on drop by the engine.
pub struct Aes {
    key: Key,
}

enum Key {
    Short(Aes128),
    Medium(Aes192),
    Long(Aes256),
}

impl Aes {
    /// Expands a key of 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyLength> {
        let key = match key.len() {
            16 => Key::Short(Aes128::new_from_slice(key).map_err(|_| KeyLength)?),
            24 => Key::Medium(Aes192::new_from_slice(key).map_err(|_| KeyLength)?),
            32 => Key::Long(Aes256::new_from_slice(key).map_err(|_| KeyLength)?),
            _ => return Err(KeyLength),
        };
        Ok(Self { key })
    }

    /// Encrypts one block in place.
    pub fn encrypt(&self, block: &mut [u8; 16]) {
        match &self.key {
            Key::Short(key) => key.encrypt_block(block.into()),
            Key::Medium(key) => key.encrypt_block(block.into()),
            Key::Long(key) => key.encrypt_block(block.into()),
        }
    }

    /// Decrypts one block in place.
    pub fn decrypt(&self, block: &mut [u8; 16]) {
        match &self.key {
            Key::Short(key) => key.decrypt_block(block.into()),
            Key::Medium(key) => key.decrypt_block(block.into()),
            Key::Long(key) => key.decrypt_block(block.into()),
        }
    }
}

impl BlockCipher for Aes {
    fn block_size(&self) -> usize {
        16
    }

    fn encrypt_block(&self, block: &mut [u8]) {
        self.encrypt(block.try_into().expect("an AES block is sixteen bytes"));
    }

    fn decrypt_block(&self, block: &mut [u8]) {
        self.decrypt(block.try_into().expect("an AES block is sixteen bytes"));
    }
}
