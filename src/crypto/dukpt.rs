//! DUKPT: a key for each transaction, derived from a base derivation key and the key serial number of a device.
//!
//! [`tdes`] is ANSI X9.24-1 with double-length keys, [`des`] its single-length predecessor of 1998, [`aes`] is
//! ANSI X9.24-3.

pub mod aes;
pub mod des;
pub mod tdes;

/// Why a key serial number cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KsnFault {
    /// Not hexadecimal digits, or not as many as the method has.
    #[error("key serial number must be hexadecimal: up to 20 digits for triple DES, 24 for AES")]
    Digits,
}
