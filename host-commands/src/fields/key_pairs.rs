//! Keys of pairs, of RSA and on curves, and what is said about signatures.

mod signing;
mod transport;

use bytes::{BufMut, BytesMut};
use crypto::rsa::Representation;
use vault::{
    Token,
    key_pair::{BlockAttributes, Encoding, Purpose},
};
use wire::{Code, ErrorCode, Fault, Field, Grammar, Group, LmkKind, Parsed, Scope};

pub use signing::*;
pub use transport::*;

use super::{Counted, Counted4N, Decimal, DerSequence, OptionalBlocks, Raw, Text};

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

/// Encoding of a public key.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PublicKeyEncoding {
    /// RSA: a DER sequence of modulus and exponent, unsigned integers.
    #[code("01")]
    Unsigned,
    /// RSA: the same in two's complement.
    #[code("02")]
    TwosComplement,
    /// A key on a curve: `SubjectPublicKeyInfo`. Only for a key-block LMK (inferred).
    #[code("03")]
    SubjectPublicKeyInfo,
}

impl PublicKeyEncoding {
    /// How the integers of a key of RSA are written; nothing for a key on a curve.
    pub fn integers(self) -> Option<Representation> {
        match self {
            Self::Unsigned => Some(Representation::Unsigned),
            Self::TwosComplement => Some(Representation::TwosComplement),
            Self::SubjectPublicKeyInfo => None,
        }
    }
}

impl From<PublicKeyEncoding> for Encoding {
    fn from(encoding: PublicKeyEncoding) -> Self {
        encoding.integers().map_or(Self::SubjectPublicKeyInfo, Self::Sequence)
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

/// A public key in a key block: the body of an RSA key is binary, that of a key on a curve is text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicKeyBlock<'a>(pub &'a [u8]);

impl<'a> Field<'a> for PublicKeyBlock<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "`S` and a key block",
        &["S0003202RV00N0000;%\u{19}00000ABCDEF01", "S0003202EV00N0000AAAAAAAABBBBBBBB"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let is_of_pair = matches!(input.get(8), Some(b'R' | b'E'));
        let (rest, block) = key_block(input, is_of_pair)?;
        Ok((rest, Self(block)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }

    fn key(&self) -> Option<&'a [u8]> {
        Some(self.0)
    }
}

/// A private key in a key block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PrivateKeyBlock<'a>(pub &'a [u8]);

impl<'a> Field<'a> for PrivateKeyBlock<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "`S` and a key block",
        &["S0003203EX00S0000AAAAAAAABBBBBBBB", "S0003203RN00N0000;%\u{19}00000ABCDEF01"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, block) = key_block(input, true)?;
        Ok((rest, Self(block)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }

    fn key(&self) -> Option<&'a [u8]> {
        Some(self.0)
    }
}

/// The key block at the front, unless it is not wanted.
fn key_block(input: &[u8], is_wanted: bool) -> Parsed<'_, &[u8]> {
    let begins = input.first().is_none_or(|first| *first == b'S');
    let length = Token::length_of(input, 0).ok().filter(|_| begins && is_wanted);
    let fault = if begins { Fault::Short } else { Fault::Invalid };
    let (block, rest) = input.split_at(length.ok_or(nom::Err::Error(fault))?);
    Ok((rest, block))
}

/// A private key under the LMK: its length in four decimal digits and bytes, or a key block, in front of which `FFFF` stands
/// for the length or nothing. Nothing only where commands take the key so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedPrivateKey<'a, const BARE: bool = false> {
    /// The key.
    pub sealed: &'a [u8],
    is_bare: bool,
}

/// A private key under the LMK, of which a key block may stand without `FFFF` in front.
pub type BarePrivateKey<'a> = SealedPrivateKey<'a, true>;

/// Stands for the length of a key block.
const IN_KEY_BLOCK: &[u8; 4] = b"FFFF";

impl<'a, const BARE: bool> SealedPrivateKey<'a, BARE> {
    /// A private key as an LMK seals it.
    pub fn new(sealed: &'a [u8]) -> Self {
        Self { sealed, is_bare: false }
    }
}

impl<'a, const BARE: bool> Field<'a> for SealedPrivateKey<'a, BARE> {
    const GRAMMAR: Grammar = if BARE {
        Grammar::Own(
            "key block with or without `FFFF` in front, or 4N and as many bytes",
            &["S0003203RN00N0000;%\u{19}00000ABCDEF01", "0008;%\u{19}AB000"],
        )
    } else {
        Grammar::Own(
            "4N and as many bytes, or `FFFF` and a key block",
            &["0008;%\u{19}AB000", "FFFFS0003203RN00N0000;%\u{19}00000ABCDEF01"],
        )
    };

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let is_bare = BARE && input.starts_with(b"S");
        let block = if is_bare { Some(input) } else { input.strip_prefix(IN_KEY_BLOCK) };
        if let Some(block) = block {
            let (rest, PrivateKeyBlock(sealed)) = PrivateKeyBlock::parse(block, scope)?;
            return Ok((rest, Self { sealed, is_bare }));
        }
        let (rest, Counted(sealed)) = Counted4N::parse(input, scope)?;
        if sealed.starts_with(b"S0") {
            return Err(nom::Err::Failure(Fault::Length));
        }
        Ok((rest, Self::new(sealed)))
    }

    fn encode(&self, out: &mut BytesMut) {
        match self.key() {
            None => Counted4N::encode(&Counted(self.sealed), out),
            Some(block) => {
                if !self.is_bare {
                    out.put_slice(IN_KEY_BLOCK);
                }
                out.put_slice(block);
            }
        }
    }

    fn key(&self) -> Option<&'a [u8]> {
        (self.sealed.starts_with(b"S0") || self.sealed.starts_with(b"S1")).then_some(self.sealed)
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
    pub block: Option<PublicKeyBlock<'a>>,
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
    pub block: Option<PublicKeyBlock<'a>>,
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

impl<'a> PrivateKeyAttributes<'a> {
    /// What the key block says.
    pub fn block(&self) -> Result<BlockAttributes<'a>, ErrorCode> {
        let exportability =
            self.exportability.map_or(BlockAttributes::PLAIN.exportability, |said| said.0[0]);
        let optional = self.blocks.supplied(8, |_| true)?;
        Ok(BlockAttributes { key_version: self.version.digits(), exportability, optional })
    }
}

/// Attributes of the key block around a key whose mode of use is said.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PairAttributes<'a> {
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

impl<'a> PairAttributes<'a> {
    /// What the key block says beside the mode of use.
    pub fn block(&self) -> Result<BlockAttributes<'a>, ErrorCode> {
        Ok(BlockAttributes {
            key_version: self.version.digits(),
            exportability: self.exportability.0[0],
            optional: self.blocks.supplied(8, |_| true)?,
        })
    }
}
