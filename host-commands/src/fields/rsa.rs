//! RSA keys, and what is said about signatures.

mod signing;
mod transport;

use bytes::{BufMut, BytesMut};
use crypto::rsa::{NoSequence, PublicKey, Representation};
use vault::{Token, rsa::Purpose};
use wire::{Code, Fault, Field, Grammar, Group, LmkKind, Parsed, Scope, put_number, read_number};

pub use signing::*;
pub use transport::*;

use super::{Decimal, OptionalBlocks, Raw, Text};

/// What a private key is for.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum RsaKeyType {
    /// Signatures.
    #[code("0")]
    Signature,
    /// Key management.
    #[code("1")]
    KeyManagement,
    /// Both.
    #[code("2")]
    Both,
    /// A chip card.
    #[code("3")]
    ChipCard,
}

impl From<RsaKeyType> for Purpose {
    fn from(key_type: RsaKeyType) -> Self {
        match key_type {
            RsaKeyType::Signature => Self::Signature,
            RsaKeyType::KeyManagement => Self::KeyManagement,
            RsaKeyType::Both => Self::Both,
            RsaKeyType::ChipCard => Self::ChipCard,
        }
    }
}

/// Encoding of a public key: a DER sequence of modulus and exponent.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PublicKeyEncoding {
    /// Unsigned integers.
    #[code("01")]
    Unsigned,
    /// Integers in two's complement.
    #[code("02")]
    TwosComplement,
}

impl From<PublicKeyEncoding> for Representation {
    fn from(encoding: PublicKeyEncoding) -> Self {
        match encoding {
            PublicKeyEncoding::Unsigned => Self::Unsigned,
            PublicKeyEncoding::TwosComplement => Self::TwosComplement,
        }
    }
}

/// A DER sequence, as it stands. What is in it is not looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DerSequence<'a>(pub &'a [u8]);

impl<'a> Field<'a> for DerSequence<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "DER sequence of modulus and exponent",
        &["0\u{8}\u{2}\u{3};%a\u{2}\u{1}\u{3}", "0\u{6}\u{2}\u{1}K\u{2}\u{1}\u{3}"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let length = PublicKey::der_length(input).map_err(|fault| {
            nom::Err::Error(match fault {
                NoSequence::Incomplete => Fault::Short,
                NoSequence::Malformed => Fault::Invalid,
            })
        })?;
        let (sequence, rest) = input.split_at(length);
        Ok((rest, Self(sequence)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// Data beside a public key under its MAC: everything up to `;`, `~`, `%`, a trailer, or the end (the last three inferred).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuthenticationData<'a>(pub &'a [u8]);

impl<'a> Field<'a> for AuthenticationData<'a> {
    const GRAMMAR: Grammar = Grammar::Own("nB without `;`", &["", "AUTHENTIC DATA"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let ends = |byte: &u8| matches!(*byte, b';' | b'~' | b'%' | 0x19);
        let length = input.iter().position(ends).unwrap_or(input.len());
        let (data, rest) = input.split_at(length);
        Ok((rest, Self(data)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// A key of a pair in a key block: the body of an RSA key is binary, that of a key on a curve is text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RsaKeyBlock<'a>(pub &'a [u8]);

/// A sample of a key block; nothing in it is authentic.
const BLOCK: &str = "S0003203RN00N0000;%\u{19}00000ABCDEF01";

impl<'a> Field<'a> for RsaKeyBlock<'a> {
    const GRAMMAR: Grammar = Grammar::Own("`S` and a key block with a binary body", &[BLOCK]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let is_of_pair = input.first() == Some(&b'S') && matches!(input.get(8), Some(b'R' | b'E'));
        let length = Token::length_of(input, 0).ok().filter(|_| is_of_pair);
        let begins = input.first().is_none_or(|first| *first == b'S');
        let fault = if begins { Fault::Short } else { Fault::Invalid };
        let (block, rest) = input.split_at(length.ok_or(nom::Err::Error(fault))?);
        Ok((rest, Self(block)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }

    fn key(&self) -> Option<&'a [u8]> {
        Some(self.0)
    }
}

/// A private key under the LMK: its length in four decimal digits and bytes, or `FFFF` and a key block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedPrivateKey<'a>(pub &'a [u8]);

/// Stands for the length of a key block.
const IN_KEY_BLOCK: &[u8; 4] = b"FFFF";

impl<'a> Field<'a> for SealedPrivateKey<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "4N and as many bytes, or `FFFF` and a key block",
        &["0008;%\u{19}AB000", "FFFFS0003203RN00N0000;%\u{19}00000ABCDEF01"],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (length, rest) = input.split_at_checked(4).ok_or(nom::Err::Error(Fault::Short))?;
        if length == IN_KEY_BLOCK {
            let (rest, block) = RsaKeyBlock::parse(rest, scope)?;
            return Ok((rest, Self(block.0)));
        }
        let length = read_number(length, 10).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or(nom::Err::Error(Fault::Invalid))?;
        let key = rest.split_at_checked(length).filter(|(key, _)| !key.starts_with(b"S0"));
        match key {
            Some((key, rest)) => Ok((rest, Self(key))),
            None => Err(nom::Err::Error(Fault::Length)),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        if self.key().is_some() {
            out.put_slice(IN_KEY_BLOCK);
        } else {
            put_number(out, self.0.len() as u64, 4, 10);
        }
        out.put_slice(self.0);
    }

    fn key(&self) -> Option<&'a [u8]> {
        (self.0.starts_with(b"S0") || self.0.starts_with(b"S1")).then_some(self.0)
    }
}

impl SealedPrivateKey<'_> {
    /// Whether it is a key on a curve, by its key block.
    pub fn is_on_curve(&self) -> bool {
        self.key().is_some() && self.0.get(8) == Some(&b'E')
    }
}

/// A private key under the LMK, of which a key block may stand without `FFFF` in front.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BarePrivateKey<'a> {
    /// The key.
    pub key: SealedPrivateKey<'a>,
    is_bare: bool,
}

impl<'a> Field<'a> for BarePrivateKey<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "key block with or without `FFFF` in front, or 4N and as many bytes",
        &["S0003203RN00N0000;%\u{19}00000ABCDEF01", "0008;%\u{19}AB000"],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        if input.first() == Some(&b'S') {
            let (rest, block) = RsaKeyBlock::parse(input, scope)?;
            return Ok((rest, Self { key: SealedPrivateKey(block.0), is_bare: true }));
        }
        let (rest, key) = SealedPrivateKey::parse(input, scope)?;
        Ok((rest, Self { key, is_bare: false }))
    }

    fn encode(&self, out: &mut BytesMut) {
        if self.is_bare {
            out.put_slice(self.key.0);
        } else {
            self.key.encode(out);
        }
    }

    fn key(&self) -> Option<&'a [u8]> {
        self.key.key()
    }
}

/// Where a private key is: in the message, or in memory.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PrivateKeyPlace<'a> {
    /// Index of a loaded key, 00 to 20; 99 for the key that follows.
    pub index: Decimal<2>,
    /// Private key.
    #[when(index.0 == 99)]
    #[error(78)]
    pub key: Option<SealedPrivateKey<'a>>,
}

/// A public key that the device knows: with its MAC under a variant LMK, else in a key block.
///
/// The two cannot be confused: where a key block has its algorithm, a public key of RSA has a tag, a length, or
/// the first byte of its modulus, which is over X'80.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct TrustedPublicKey<'a> {
    /// Public key in a key block.
    #[maybe]
    pub block: Option<RsaKeyBlock<'a>>,
    /// Public key with its MAC.
    #[when(block.is_none())]
    pub authentic: Option<AuthenticPublicKey<'a>>,
}

/// A public key that the device knows now, in the form in which it knows it.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct KnownPublicKey<'a> {
    /// MAC of the public key and the authentication data.
    #[when(scope.lmk == LmkKind::Variant)]
    pub mac: Option<Raw<4>>,
    /// Public key.
    #[when(scope.lmk == LmkKind::Variant)]
    pub key: Option<DerSequence<'a>>,
    /// Public key in a key block.
    #[when(scope.lmk != LmkKind::Variant)]
    pub block: Option<RsaKeyBlock<'a>>,
}

/// A public key with its MAC.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct AuthenticPublicKey<'a> {
    /// MAC of the public key and the authentication data.
    pub mac: Raw<4>,
    /// Public key.
    #[error(4)]
    pub key: DerSequence<'a>,
    /// Authentication data.
    pub data: AuthenticationData<'a>,
}

/// Attributes of the key block around a new private key.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PrivateKeyAttributes<'a> {
    /// Key version number.
    #[error("A9")]
    pub version: Decimal<2>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
    /// Exportability, `N` if it is not said.
    #[after("&")]
    pub exportability: Option<Text<'a, 1>>,
}

/// Attributes of the key block around a public key.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PublicKeyAttributes<'a> {
    /// Mode of use.
    pub mode: Text<'a, 1>,
    /// Key version number.
    #[error("A9")]
    pub version: Decimal<2>,
    /// Exportability.
    pub exportability: Text<'a, 1>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}
