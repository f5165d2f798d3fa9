//! Payment cryptography on wiping types. No input or output, no LMK, no protocol.

pub mod aead;
pub mod bps;
pub mod card;
pub mod cipher;
mod digits;
pub mod dukpt;
pub mod ecc;
pub mod emv;
pub mod fpe;
pub mod hash;
pub mod kdf;
pub mod key;
pub mod key_wrap;
pub mod mac;
pub mod modes;
pub mod pin;
pub mod request;
pub mod rsa;
mod stack;
#[cfg(test)]
mod vectors;

pub use cipher::{Aes, BlockCipher, Cipher, Des, Tdes};
pub use digits::scan;
pub use key::{Algorithm, ClearKey, KeyLength};
pub use modes::NotBlocks;
pub use stack::wipe_stack;

use subtle::ConstantTimeEq;

/// True where two values, of which one may be secret, are the same; compared in constant time.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests;
