//! Keys on elliptic curves, and how two parties agree on a key.

use crypto::ecc::{Curve, KeyDerivation};
use wire::{Code, ErrorCode, Group, read_hex};

use super::Counted4N;

/// Algorithm of a key pair.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum EccAlgorithm {
    /// Elliptic curves over a prime field. The number is that of a client; what it says is own reading.
    #[code("01")]
    Prime,
}

/// Curve of a key pair.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CurveReference {
    /// P-256.
    #[code("00")]
    P256,
    /// P-384.
    #[code("01")]
    P384,
    /// P-521.
    #[code("02")]
    P521,
}

impl From<CurveReference> for Curve {
    fn from(reference: CurveReference) -> Self {
        match reference {
            CurveReference::P256 => Self::P256,
            CurveReference::P384 => Self::P384,
            CurveReference::P521 => Self::P521,
        }
    }
}

/// Encoding of a public key on a curve.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum EccEncoding {
    /// `SubjectPublicKeyInfo` in DER.
    #[code("03")]
    SubjectPublicKeyInfo,
}

/// How two parties come to a common secret.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum KeyAgreement {
    /// ECKA-DH of the device's private key and the other party's public key. What the two digits say by themselves is not
    /// public.
    #[code("21")]
    DiffieHellman,
}

/// How a key is derived from a common secret.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum KeyDerivationFunction {
    /// NIST SP 800-56A, concatenation: the hash of counter, secret and shared information.
    #[code("1")]
    Sp800,
    /// ANSI X9.63: the hash of secret, counter and shared information.
    #[code("2")]
    X963,
}

impl From<KeyDerivationFunction> for KeyDerivation {
    fn from(function: KeyDerivationFunction) -> Self {
        match function {
            KeyDerivationFunction::Sp800 => Self::Sp800,
            KeyDerivationFunction::X963 => Self::X963,
        }
    }
}

/// What both parties know and put into a key derivation. That its first digit is the format, and that the length counts
/// characters as they are sent, is own reading of a client.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct SharedInformation<'a> {
    /// How it is written.
    pub format: InformationFormat,
    /// The information.
    pub text: Counted4N<'a>,
}

/// How shared information is written.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum InformationFormat {
    /// Bytes (inferred).
    #[code("0")]
    Binary,
    /// Hexadecimal digits.
    #[code("1")]
    Hexadecimal,
}

impl<'a> SharedInformation<'a> {
    /// Its bytes, in `room` if they have to be decoded; error 15 for wrong digits.
    pub fn bytes<'r>(&self, room: &'r mut [u8]) -> Result<&'r [u8], ErrorCode>
    where
        'a: 'r,
    {
        if self.format == InformationFormat::Binary {
            return Ok(self.text.0);
        }
        let room = room.get_mut(..self.text.0.len() / 2).ok_or(ErrorCode::INVALID_INPUT)?;
        if read_hex(self.text.0, room) { Ok(room) } else { Err(ErrorCode::INVALID_INPUT) }
    }
}
