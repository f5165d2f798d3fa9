//! RSA keys under an LMK.
//!
//! Under a variant LMK a private key is under pair 34-35 in a layout of its own, and a public key is
//! known by a MAC under pair 36-37. Under a key-block LMK both are in key blocks whose body is binary.

mod private;
mod public;
mod transport;

pub use private::RsaAttributes;
pub use transport::{UnderPublicKey, Unwrapped};

use crypto::rsa::{BlockFault, PrivateKey, RsaFault};

use crate::Refusal;
use crate::key_block::Header;

/// Why an RSA key is not opened or sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RsaRefusal {
    /// Refused as any key is.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// 49: what was decrypted is no private key, or not authentic.
    #[error("not a private key under this LMK")]
    PrivateKey,
    /// 78: no private key is so long.
    #[error("length of the private key")]
    PrivateKeyLength,
    /// What should be a public key is not one. Its error code depends on the command.
    #[error("not a public key")]
    PublicKey,
    /// 01: the MAC of a public key is wrong.
    #[error("MAC of the public key is wrong")]
    Mac,
    /// 03: the private key is for something else. The number is inferred.
    #[error("the private key is not for this")]
    Purpose,
    /// 76 data that are too long or too short for the key, 77 padding.
    #[error(transparent)]
    Data(#[from] RsaFault),
    /// 83 the form of the block in which a key stands, 84 the check value there.
    #[error(transparent)]
    Block(#[from] BlockFault),
}

/// What a private key may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Signatures.
    Signature,
    /// Decryption of keys.
    KeyManagement,
    /// Both.
    Both,
    /// That of a chip card: for neither, only to be exported to it.
    ChipCard,
}

/// A private key, and what it may be used for.
pub struct RsaKey {
    key: PrivateKey,
    purpose: Purpose,
    /// What its key block says, if it was in one.
    header: Option<Header>,
}

impl RsaKey {
    /// A new key pair for a purpose.
    pub const fn new(key: PrivateKey, purpose: Purpose) -> Self {
        Self { key, purpose, header: None }
    }

    /// The key, for signing; nothing if it may not.
    pub const fn for_signing(&self) -> Option<&PrivateKey> {
        match self.purpose {
            Purpose::Signature | Purpose::Both => Some(&self.key),
            Purpose::KeyManagement | Purpose::ChipCard => None,
        }
    }

    /// The key, for decrypting keys; nothing if it may not.
    pub const fn for_keys(&self) -> Option<&PrivateKey> {
        match self.purpose {
            Purpose::KeyManagement | Purpose::Both => Some(&self.key),
            Purpose::Signature | Purpose::ChipCard => None,
        }
    }

    /// Its public key.
    pub fn public_key(&self) -> crypto::rsa::PublicKey {
        self.key.public_key()
    }

    /// The header of its key block, if it was in one.
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }
}

impl Purpose {
    /// Key usage and mode of use in a key block.
    pub const fn usage(self) -> ([u8; 2], u8) {
        match self {
            Self::Signature => (*b"03", b'S'),
            Self::KeyManagement => (*b"03", b'D'),
            Self::Both => (*b"03", b'N'),
            Self::ChipCard => (*b"04", b'N'),
        }
    }

    /// What a header permits.
    fn of(header: &Header) -> Result<Self, Refusal> {
        match (&header.usage, header.mode) {
            (b"03", b'S') => Ok(Self::Signature),
            (b"03", b'D') => Ok(Self::KeyManagement),
            (b"03", b'N') => Ok(Self::Both),
            (b"04", _) => Ok(Self::ChipCard),
            (b"03", _) => Err(Refusal::Mode),
            _ => Err(Refusal::Usage),
        }
    }

    /// The first byte of a private key under a variant LMK.
    const fn code(self) -> u8 {
        match self {
            Self::Signature => 0,
            Self::KeyManagement => 1,
            Self::Both => 2,
            Self::ChipCard => 3,
        }
    }

    const fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0 | b'0' => Self::Signature,
            1 | b'1' => Self::KeyManagement,
            2 | b'2' => Self::Both,
            3 | b'3' => Self::ChipCard,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
