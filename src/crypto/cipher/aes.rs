//! AES (FIPS 197).

use ::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use ::aes::{Aes128, Aes192, Aes256};
use zeroize::ZeroizeOnDrop;

use super::BlockCipher;
use crate::KeyLength;

/// An expanded AES key.
#[derive(ZeroizeOnDrop)]
pub struct Aes {
    key: Key,
}

#[derive(ZeroizeOnDrop)]
enum Key {
    Short(Aes128),
    Medium(Aes192),
    Long(Aes256),
}

impl Aes {
    /// Expands a key of 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyLength> {
        crate::stack::used();
        let key = match key.len() {
            16 => Aes128::new_from_slice(key).map(Key::Short),
            24 => Aes192::new_from_slice(key).map(Key::Medium),
            _ => Aes256::new_from_slice(key).map(Key::Long),
        };
        Ok(Self { key: key.map_err(|_| KeyLength)? })
    }

    /// Expands a key that has the right length.
    pub fn with_256_bits(key: &[u8; 32]) -> Self {
        crate::stack::used();
        Self { key: Key::Long(Aes256::new(key.into())) }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197, appendix C: one block under a key of each length.
    #[test]
    fn published_examples() {
        let key: [u8; 32] = core::array::from_fn(|at| at.to_le_bytes()[0]);
        let plain: [u8; 16] = core::array::from_fn(|at| 0x11 * at.to_le_bytes()[0]);
        for (length, expected) in [
            (16, 0x69C4_E0D8_6A7B_0430_D8CD_B780_70B4_C55A_u128),
            (24, 0xDDA9_7CA4_864C_DFE0_6EAF_70A0_EC0D_7191),
            (32, 0x8EA2_B7CA_5167_45BF_EAFC_4990_4B49_6089),
        ] {
            let key = Aes::new(&key[..length]).expect("an AES key");
            let mut block = plain;
            key.encrypt_block(&mut block);
            assert_eq!(block, expected.to_be_bytes());
            key.decrypt_block(&mut block);
            assert_eq!(block, plain);
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in [0, 8, 15, 17, 23, 31, 33] {
            assert!(Aes::new(&[0; 33][..length]).is_err(), "{length}");
        }
    }
}
