//! Public keys in DER: a sequence of modulus and exponent.

use super::{PublicKey, RsaFault};

/// How integers stand in DER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Representation {
    /// Unsigned: no zero in front of a high bit.
    Unsigned,
    /// Two's complement, as the standard says: a zero in front of a high bit.
    TwosComplement,
}

/// Tags of DER.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

impl PublicKey {
    /// Bytes that the sequence at the front of `bytes` takes, tag and length included.
    pub fn der_length(bytes: &[u8]) -> Option<usize> {
        let (_, rest) = element(SEQUENCE, bytes)?;
        Some(bytes.len() - rest.len())
    }

    /// Reads a sequence of modulus and exponent, which has to fill `bytes`.
    ///
    /// Of unsigned integers, one with a zero in front is read too.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for anything else, and as for [`PublicKey::new`].
    pub fn from_der(bytes: &[u8], representation: Representation) -> Result<Self, RsaFault> {
        let parts = || {
            let (content, after) = element(SEQUENCE, bytes)?;
            let (modulus, content) = element(INTEGER, content)?;
            let (exponent, behind) = element(INTEGER, content)?;
            (after.is_empty() && behind.is_empty()).then_some((modulus, exponent))
        };
        let (modulus, exponent) = parts().ok_or(RsaFault::Key)?;
        let is_negative = |number: &[u8]| number.first().is_none_or(|first| *first >= 0x80);
        if representation == Representation::TwosComplement
            && (is_negative(modulus) || is_negative(exponent))
        {
            return Err(RsaFault::Key);
        }
        Self::new(modulus, exponent)
    }

    /// Writes a sequence of modulus and exponent.
    pub fn to_der(&self, representation: Representation) -> Vec<u8> {
        let integer = |bytes: &[u8]| {
            let is_high = bytes.first().is_some_and(|first| *first >= 0x80);
            let zero = is_high && representation == Representation::TwosComplement;
            let content = [if zero { &[0][..] } else { &[] }, bytes].concat();
            written(INTEGER, &content)
        };
        let content = [integer(&self.modulus()), integer(&self.exponent())].concat();
        written(SEQUENCE, &content)
    }
}

/// Content of the element at the front, and what stands behind it. The length has to be as short as it can be.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match *bytes {
        [first, length @ 0..=0x7F, ref rest @ ..] if first == tag => (usize::from(length), rest),
        [first, 0x81, length @ 0x80..=0xFF, ref rest @ ..] if first == tag => {
            (usize::from(length), rest)
        }
        [first, 0x82, high @ 1..=0xFF, low, ref rest @ ..] if first == tag => {
            (usize::from(u16::from_be_bytes([high, low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// An element of at most 65,535 bytes.
fn written(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let head = match (high, low) {
        (0, 0..=0x7F) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}
