//! Payment cryptography on wiping types. No input or output, no LMK, no protocol.

pub mod card;
pub mod cipher;
mod digits;
pub mod dukpt;
pub mod emv;
pub mod kdf;
pub mod key;
pub mod mac;
pub mod modes;
pub mod pin;
#[cfg(test)]
mod vectors;

pub use cipher::{Aes, BlockCipher, Cipher, Des, Tdes};
pub use key::{Algorithm, ClearKey, KeyLength};
pub use modes::NotBlocks;

use subtle::ConstantTimeEq;

/// True where two values, of which one may be secret, are the same; compared in constant time.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

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
