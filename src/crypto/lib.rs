//! Payment cryptography on wiping types. No input or output, no LMK, no protocol.

pub mod cipher;
pub mod kdf;
pub mod key;
pub mod mac;
pub mod modes;

pub use cipher::{Aes, BlockCipher, Cipher, Des, Tdes};
pub use key::{Algorithm, ClearKey, KeyLength};
pub use modes::NotBlocks;

#[cfg(test)]
mod tests {
    /// A small reproducible source of test data.
    pub(crate) struct Xorshift(u64);

    impl Xorshift {
        pub(crate) fn new(seed: u64) -> Self {
            Self(seed)
        }

        pub(crate) fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.next().to_be_bytes()[0];
            }
        }
    }
}
