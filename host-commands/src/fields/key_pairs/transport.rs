//! What is said of keys under RSA public keys.

use bytes::{BufMut, BytesMut};
use crypto::rsa::{DataBlock, Encryption, Template};
use nom::{Parser, bytes::complete::take, combinator::verify};
use vault::{KeyType, KeyTypes, key_pair::UnderPublicKey};
use wire::{Code, ErrorCode, Field, Grammar, Group, Parsed, Scope, put_number};

use super::{OaepParameters, PrivateKeyPlace, SignatureMethod, TrustedPublicKey};
use crate::{
    Activity, Category,
    error::CHECK_VALUE_LENGTH,
    fields::{Counted4N, Decimal, KeyTypeCode},
};

/// How a key is encrypted under a public key. Errors 06 and 07 are inferred from those of signatures.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct EncryptionMethod<'a> {
    /// Encryption algorithm.
    #[error(6)]
    pub algorithm: EncryptionAlgorithm,
    /// Padding.
    #[error(7)]
    pub padding: EncryptionPadding<'a>,
}

/// Algorithm that a key is encrypted with.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum EncryptionAlgorithm {
    /// RSA.
    #[code("01")]
    Rsa,
}

/// Padding of an encrypted key.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum EncryptionPadding<'a> {
    /// PKCS#1 v1.5.
    #[code("01")]
    Pkcs1,
    /// OAEP.
    #[code("02")]
    Oaep(OaepParameters<'a>),
}

impl<'a> EncryptionMethod<'a> {
    /// The way of a key in a block.
    ///
    /// # Errors
    /// 82 for a check value in a template of more than eight bytes.
    pub fn way(self, block: Option<KeyDataBlock<'a>>) -> Result<UnderPublicKey<'a>, ErrorCode> {
        let encryption = match self.padding {
            EncryptionPadding::Pkcs1 => Encryption::Pkcs1,
            EncryptionPadding::Oaep(parameters) => parameters.encryption(),
        };
        Ok(UnderPublicKey { block: KeyDataBlock::stated(block).data_block()?, encryption })
    }
}

/// Type of a key by its LMK pair and variant: `0600` is the first of the pair 06-07. `FFFF` with key blocks.
///
/// HMAC keys under a variant LMK (`3401`) are refused as a type that does not exist: such a key says its hash and its purpose, and
/// no public layout of this command does. In a key block they are `FFFF`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PairKeyType(pub [u8; 4]);

impl PairKeyType {
    /// What the digits stand for, if anything.
    pub fn known(self, types: KeyTypes) -> Option<&'static KeyType> {
        let [tens, ones, b'0', variant] = self.0 else { return None };
        types.iter().find(|key_type| {
            let [left_tens, left_ones, ..] = key_type.pair_numbers();
            [left_tens, left_ones] == [tens, ones] && b'0' + key_type.variant == variant
        })
    }

    /// The same as a key type code; `FFF` where there is none.
    pub fn code(self, types: KeyTypes) -> KeyTypeCode {
        self.known(types).map_or(KeyTypeCode::IN_KEY_BLOCK, |known| KeyTypeCode(known.code))
    }
}

impl Activity for PairKeyType {
    fn name(&self) -> &str {
        let known = self.known(KeyTypes::Standard).or_else(|| self.known(KeyTypes::Separated));
        known.map_or("FFF", KeyType::code)
    }

    fn is_guarded(&self, category: Category, types: KeyTypes) -> bool {
        self.code(types).is_guarded(category, types)
    }
}

impl<'a> Field<'a> for PairKeyType {
    const GRAMMAR: Grammar = Grammar::Own(
        "4N: LMK pair and variant, or `FFFF`",
        &["0400", "0600", "1400", "2801", "3007", "FFFF"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let is_type = |digits: &[u8]| {
            digits == b"FFFF" || (digits.iter().all(u8::is_ascii_digit) && digits != b"3401")
        };
        let digits = verify(take(4_usize), is_type).map(<[u8]>::first_chunk);
        digits.map(|digits| Self(digits.copied().unwrap_or_default())).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

/// The block of data around a key. That it is the standard one where nothing is said is inferred.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum KeyDataBlock<'a> {
    /// Standard: a DER sequence of the key and an initialization value, two octet strings (inferred). The value has eight bytes with
    /// an AES key, too: how long it is there is not public.
    #[code("01")]
    Standard,
    /// A template.
    #[code("02")]
    Template(BlockTemplate<'a>),
    /// Unformatted: the key alone.
    #[code("03")]
    Unformatted,
}

/// A block with zeros where key and check value come.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct BlockTemplate<'a> {
    /// Template.
    #[ends(';')]
    pub template: Counted4N<'a>,
    /// Offset of the key.
    pub key: Decimal<4>,
    /// Bytes of check value, 0 to 8. Two digits by a client of these devices, one by another's.
    pub check_length: Decimal<2>,
    /// Offset of the check value.
    pub check: Decimal<4>,
}

impl<'a> KeyDataBlock<'a> {
    /// The block that is meant where none is stated.
    pub fn stated(block: Option<Self>) -> Self {
        block.unwrap_or(Self::Standard)
    }

    /// Whether an initialization value comes with the key.
    pub fn has_initialization(block: Option<Self>) -> bool {
        Self::stated(block) == Self::Standard
    }

    fn data_block(self) -> Result<DataBlock<'a>, ErrorCode> {
        let template = match self {
            Self::Standard => return Ok(DataBlock::Standard),
            Self::Unformatted => return Ok(DataBlock::Unformatted),
            Self::Template(template) => template,
        };
        if template.check_length.0 > 8 {
            return Err(CHECK_VALUE_LENGTH.0);
        }
        Ok(DataBlock::Template(Template {
            bytes: template.template.0,
            key: template.key.into(),
            check_length: template.check_length.into(),
            check: template.check.into(),
        }))
    }
}

/// The signature that a key gets on its way. Its order is that of a client's names for the fields, the rest is inferred: that
/// what is signed is header, encrypted key and footer.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct KeySignature<'a> {
    /// How it is signed.
    pub method: SignatureMethod<'a>,
    /// Data in front of the key.
    pub header: FramingData<'a>,
    /// Data behind it.
    pub footer: FramingData<'a>,
    /// Private key to sign with.
    pub key: PrivateKeyPlace<'a>,
}

/// The signature with which a key comes. All but that it begins with the method is inferred.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct SignedKey<'a> {
    /// How it is signed.
    pub method: SignatureMethod<'a>,
    /// Data in front of the key.
    pub header: FramingData<'a>,
    /// Data behind it.
    pub footer: FramingData<'a>,
    /// Signature.
    #[ends(';')]
    pub signature: Counted4N<'a>,
    /// Public key of who signed.
    #[ends(';')]
    pub key: TrustedPublicKey<'a>,
}

/// Data beside a key under a signature: 4N, as many bytes, and a `;` which may be missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FramingData<'a> {
    /// The data.
    pub data: &'a [u8],
    is_delimited: bool,
}

impl<'a> Field<'a> for FramingData<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("4N, as many bytes, and a `;` which may be missing", &["0000", "0003A;B;"]);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, data) = Counted4N::parse(input, scope)?;
        let undelimited = rest.strip_prefix(b";");
        let is_delimited = undelimited.is_some();
        Ok((undelimited.unwrap_or(rest), Self { data: data.0, is_delimited }))
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.data.len() as u64, 4, 10);
        out.put_slice(self.data);
        if self.is_delimited {
            out.put_u8(b';');
        }
    }
}
