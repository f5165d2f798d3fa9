//! Numbers of keys in DER.

use der::asn1::AnyRef;
use der::{Decode, Encode, Error, ErrorKind, Length, SliceWriter, Tag};
use zeroize::Zeroizing;

use super::{Factors, PublicKey, RsaFault};

/// How integers stand in DER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Representation {
    /// Unsigned: no zero in front of a high bit. The standard does not allow that.
    Unsigned,
    /// Two's complement, as the standard says: a zero in front of a high bit.
    TwosComplement,
}

/// Tag of a sequence.
const SEQUENCE: u8 = 0x30;

/// Why bytes do not begin with a sequence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoSequence {
    /// They end before it does.
    #[error("a DER sequence that is cut")]
    Incomplete,
    /// They are something else.
    #[error("no DER sequence")]
    Malformed,
}

impl PublicKey {
    /// Bytes that the sequence at the front of `bytes` takes, tag and length included.
    ///
    /// # Errors
    /// [`NoSequence`].
    pub fn der_length(bytes: &[u8]) -> Result<usize, NoSequence> {
        if bytes.first().is_some_and(|tag| *tag != SEQUENCE) {
            return Err(NoSequence::Malformed);
        }
        match AnyRef::from_der_partial(bytes) {
            Ok((_, rest)) => Ok(bytes.len() - rest.len()),
            Err(error) if matches!(error.kind(), ErrorKind::Incomplete { .. }) => {
                Err(NoSequence::Incomplete)
            }
            Err(_) => Err(NoSequence::Malformed),
        }
    }

    /// Reads a sequence of modulus and exponent, which has to fill `bytes`.
    ///
    /// Of unsigned integers, one with a zero in front is read too.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for anything else, and as for [`PublicKey::new`].
    pub fn from_der(bytes: &[u8], representation: Representation) -> Result<Self, RsaFault> {
        let [modulus, exponent] = elements(Tag::Integer, bytes).map_err(|_| RsaFault::Key)?;
        let is_negative = |number: &[u8]| number.first().is_none_or(|first| *first >= 0x80);
        if representation == Representation::TwosComplement
            && (is_negative(modulus) || is_negative(exponent))
        {
            return Err(RsaFault::Key);
        }
        Self::new(modulus, exponent)
    }

    /// Writes a sequence of modulus and exponent.
    ///
    /// # Errors
    /// [`RsaFault::Key`], which does not happen with keys of lengths that there are.
    pub fn to_der(&self, representation: Representation) -> Result<Vec<u8>, RsaFault> {
        let integer = |bytes: &[u8]| {
            let is_high = bytes.first().is_some_and(|first| *first >= 0x80);
            let zero = is_high && representation == Representation::TwosComplement;
            [if zero { &[0][..] } else { &[] }, bytes].concat()
        };
        let [modulus, exponent] = [self.modulus(), self.exponent()].map(|number| integer(&number));
        let der = sequence(Tag::Integer, &[&modulus, &exponent]);
        der.map(|der| der.to_vec()).map_err(|_| RsaFault::Key)
    }
}

impl Factors {
    /// Reads a sequence of the five numbers, each unsigned.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for anything else.
    pub fn from_der(bytes: &[u8]) -> Result<Self, RsaFault> {
        let parts = elements(Tag::Integer, bytes).map_err(|_| RsaFault::Key)?;
        let [p, q, dp, dq, q_inverse] = parts.map(|part| Zeroizing::new(part.to_vec()));
        Ok(Self { p, q, dp, dq, q_inverse })
    }

    /// Writes a sequence of the five numbers, each unsigned and as wide as it is here.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for numbers that are far too long.
    pub fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, RsaFault> {
        let Self { p, q, dp, dq, q_inverse } = self;
        sequence(Tag::Integer, &[p, q, dp, dq, q_inverse]).map_err(|_| RsaFault::Key)
    }
}

/// The contents of a sequence of `N` elements of one kind, which has to fill `bytes`.
pub(super) fn elements<const N: usize>(tag: Tag, bytes: &[u8]) -> Result<[&[u8]; N], Error> {
    AnyRef::from_der(bytes)?.sequence(|reader| {
        let mut contents = [&[][..]; N];
        for content in &mut contents {
            let element = AnyRef::decode(reader)?;
            element.header().tag().assert_eq(tag)?;
            *content = element.value();
        }
        Ok(contents)
    })
}

/// A sequence of elements of one kind. It is wiped, and so is what it is made of.
pub(super) fn sequence(tag: Tag, contents: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let elements = contents.iter().map(|content| AnyRef::new(tag, content));
    let elements = elements.collect::<Result<Vec<_>, _>>()?;
    let inner = written(&elements)?;
    written(&[AnyRef::new(Tag::Sequence, &inner)?])
}

/// Elements one after the other.
fn written(elements: &[AnyRef<'_>]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let length = elements.iter().try_fold(Length::ZERO, |sum, next| sum + next.encoded_len()?)?;
    let mut out = Zeroizing::new(vec![0; usize::try_from(length)?]);
    let mut writer = SliceWriter::new(&mut out);
    elements.iter().try_for_each(|element| element.encode(&mut writer))?;
    Ok(out)
}
