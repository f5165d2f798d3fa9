//! Payment cryptography on wiping types. No input or output, no LMK, no protocol.

pub mod cipher;
pub mod fpe;
pub mod kdf;
pub mod key;
pub mod mac;
pub mod modes;

pub use cipher::{Aes, BlockCipher, Cipher, Des, Tdes};
pub use key::{Algorithm, ClearKey, KeyLength};
pub use modes::NotBlocks;

#[cfg(test)]
mod tests;
