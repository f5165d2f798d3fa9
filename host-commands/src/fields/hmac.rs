//! What HMAC commands say about keys.

use bytes::{BufMut, BytesMut};
use crypto::ClearKey;
use nom::{Parser, bytes::complete::take, combinator::verify};
use vault::{
    Key, Lmk, LmkKind, Token, TokenFault,
    hmac::{BareFormat, header_of},
    key_block::Header,
    role::HmacKey,
    usage::{Authentication, hash_of},
};
use wire::{Code, ErrorCode, Fault, Field, Grammar, Group, Mark, Parsed, Scope};

use super::{
    Attributes, Counted4N, Counted5N, Decimal, ForeignHeader, HmacHash, KeyField, KeyTypeCode,
};
use crate::error::{KEY_USAGE, MODE_OF_USE};

impl HmacHash {
    /// Error 05 where the key is for another hash; a key block says it alone.
    pub(crate) fn check(self, format: HmacKeyFormat, header: &Header) -> Result<(), ErrorCode> {
        let stated = self.usage().unwrap_or(header.usage);
        let is_stated = self != Self::InKeyBlock;
        if is_stated == (format == HmacKeyFormat::Proprietary) && stated == header.usage {
            Ok(())
        } else {
            Err(ErrorCode::new(5))
        }
    }
}

/// What an HMAC key is for.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum HmacPurpose {
    /// Make HMACs.
    #[code("01")]
    Generate,
    /// Verify HMACs.
    #[code("02")]
    Verify,
    /// Both.
    #[code("03")]
    Both,
    /// The key block says it.
    #[code("FF")]
    InKeyBlock,
}

impl HmacPurpose {
    /// The mode of use that says the same.
    fn mode(self) -> Option<u8> {
        Some(match self {
            Self::Generate => b'G',
            Self::Verify => b'V',
            Self::Both => b'C',
            Self::InKeyBlock => return None,
        })
    }
}

/// Format of an HMAC key under an LMK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum HmacKeyFormat {
    /// Under a variant LMK.
    #[code("00")]
    Proprietary,
    /// Key block.
    #[code("04")]
    KeyBlock,
}

impl HmacKeyFormat {
    /// Error `code` unless keys under the LMK are in this format.
    pub(crate) fn check(self, lmk: &Lmk, code: ErrorCode) -> Result<(), ErrorCode> {
        let is_block = lmk.kind() != LmkKind::Variant;
        if is_block == (self == Self::KeyBlock) { Ok(()) } else { Err(code) }
    }

    /// Type of a key in this format: one in a key block says itself what it is.
    pub(crate) fn key_type(self) -> KeyTypeCode {
        match self {
            Self::Proprietary => KeyTypeCode(*b"10C"),
            Self::KeyBlock => KeyTypeCode::IN_KEY_BLOCK,
        }
    }
}

/// Format of an HMAC key under a ZMK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum HmacTransportFormat {
    /// Proprietary.
    #[code("00")]
    Proprietary,
    /// PKCS#11, ECB.
    #[code("01")]
    Pkcs11Ecb,
    /// PKCS#11, CBC.
    #[code("02")]
    Pkcs11Cbc,
    /// ANSI X9.17.
    #[code("03")]
    X917,
    /// Thales key block.
    #[code("04")]
    KeyBlock,
}

impl HmacTransportFormat {
    /// The format, if it says nothing of the key.
    pub(crate) fn bare(self) -> Option<BareFormat> {
        Some(match self {
            Self::Pkcs11Ecb => BareFormat::Pkcs11Ecb,
            Self::Pkcs11Cbc => BareFormat::Pkcs11Cbc,
            Self::X917 => BareFormat::X917,
            Self::Proprietary | Self::KeyBlock => return None,
        })
    }
}

/// What is said of an HMAC key that does not say it itself.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct HmacKeyFacts {
    /// Hash algorithm.
    #[error(5)]
    pub hash: HmacHash,
    /// What the key is for.
    #[error(6)]
    pub purpose: HmacPurpose,
    /// Bytes of the key, from half a digest up to 128.
    #[error(4)]
    pub length: Decimal<4>,
}

impl HmacKeyFacts {
    /// Attributes of the key: what is said here, or for a key block what is behind `#` and read by `of_block`.
    ///
    /// Errors 04, 05, 06; 15 where what is behind `#` is missing, or one too many; those of `of_block`.
    pub(crate) fn attributes<'a, B>(
        &self,
        format: HmacKeyFormat,
        block: Option<B>,
        of_block: impl FnOnce(&B, usize) -> Result<Attributes<'a>, ErrorCode>,
    ) -> Result<Attributes<'a>, ErrorCode> {
        match (format, block) {
            (HmacKeyFormat::KeyBlock, Some(block)) => {
                self.leave_it_to_block()?;
                of_block(&block, self.length.into())
            }
            (HmacKeyFormat::Proprietary, None) => self.outside_block(),
            _ => Err(ErrorCode::INVALID_INPUT),
        }
    }

    fn leave_it_to_block(&self) -> Result<(), ErrorCode> {
        match (self.hash, self.purpose) {
            (HmacHash::InKeyBlock, HmacPurpose::InKeyBlock) => Ok(()),
            (HmacHash::InKeyBlock, _) => Err(ErrorCode::new(6)),
            _ => Err(ErrorCode::new(5)),
        }
    }

    fn outside_block(&self) -> Result<Attributes<'static>, ErrorCode> {
        let usage = self.hash.usage().ok_or(ErrorCode::new(5))?;
        let mode = self.purpose.mode().ok_or(ErrorCode::new(6))?;
        check_length(usage, self.length.into())?;
        Ok(Attributes::of_hmac_key(header_of(usage, mode), self.length.into()))
    }
}

impl<'a> Attributes<'a> {
    /// Attributes of a key from outside key blocks that says itself what it is for, which `#` has to repeat for a key block.
    ///
    /// Errors 15 where what is behind `#` is missing, or one too many; A6, A8 where it says something else; those of
    /// [`ForeignHeader::of_hmac_key`].
    pub(crate) fn of_known_hmac_key(
        key: &Key<Authentication>,
        format: HmacKeyFormat,
        block: Option<ForeignHeader<'a>>,
    ) -> Result<Self, ErrorCode> {
        let known = key.header().ok_or(KEY_USAGE.0)?;
        match (format, block) {
            (HmacKeyFormat::Proprietary, None) => Ok(Self::of_hmac_key(*known, key.len())),
            (HmacKeyFormat::KeyBlock, Some(block)) => {
                let attributes = block.of_hmac_key(key.len())?;
                if attributes.header.usage != known.usage {
                    return Err(KEY_USAGE.0);
                }
                if attributes.header.mode != known.mode {
                    return Err(MODE_OF_USE.0);
                }
                Ok(attributes)
            }
            _ => Err(ErrorCode::INVALID_INPUT),
        }
    }
}

/// Error 04 unless an HMAC key of this usage may have so many bytes: half a digest up to 128; A6 for another usage.
pub(crate) fn check_length(usage: [u8; 2], bytes: usize) -> Result<(), ErrorCode> {
    let hash = hash_of(usage).ok_or(KEY_USAGE.0)?;
    if (hash.digest_size() / 2..=ClearKey::LONGEST).contains(&bytes) {
        Ok(())
    } else {
        Err(ErrorCode::new(4))
    }
}

/// Data that get an HMAC, and the key for it.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct HmacMessage<'a> {
    /// Format of the key.
    #[error(7)]
    pub format: HmacKeyFormat,
    /// HMAC key.
    #[error(80)]
    pub key: SealedHmacKey<'a>,
    /// End of a key that is in no key block.
    #[when(!key.is_block())]
    pub end: Option<Mark<b';'>>,
    /// Data.
    #[error(81)]
    pub data: Counted5N<'a>,
}

/// An encrypted HMAC key: its length in four digits and its bytes; or `FFFF` and a Thales key block, which has no `S`
/// in front of it here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SealedHmacKey<'a> {
    /// In a key block.
    Block(KeyField<'a, HmacKey>),
    /// In none.
    Bytes(&'a [u8]),
}

impl<'a> SealedHmacKey<'a> {
    /// A sealed key without its tag.
    pub fn untagged(sealed: &'a [u8]) -> Self {
        Self::Block(sealed.strip_prefix(b"S").unwrap_or(sealed).into())
    }

    /// Whether it is in a key block.
    pub fn is_block(&self) -> bool {
        matches!(self, Self::Block(_))
    }
}

impl<'a> Field<'a> for SealedHmacKey<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "4N and so many bytes, or `FFFF` and a key block without its tag",
        &[
            "FFFF1012863HC00E00008923620F3090132409C88FB9EEFCFFC9251C1D2F1C818895B3E28B35616857A54B3A5B0D7AFF3F63BEDA8A724412002E8248102CFF908D00",
            "0024twentyfour bytes of that",
        ],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let short = || nom::Err::Error(Fault::Short);
        let Some(rest) = input.strip_prefix(b"FFFF") else {
            let (rest, bytes) = Counted4N::parse(input, scope)?;
            return Ok((rest, Self::Bytes(bytes.0)));
        };
        let length = Token::block_length(rest).map_err(|fault| match fault {
            TokenFault::Short => short(),
            TokenFault::Malformed => nom::Err::Error(Fault::Invalid),
        })?;
        let is_block = |text: &[u8]| {
            text.iter().all(|character| matches!(character, b' '..=b'~')) && Token(text).is_block()
        };
        let (rest, text) = verify(take(length), is_block).parse(rest)?;
        Ok((rest, Self::Block(text.into())))
    }

    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Block(key) => {
                out.put_slice(b"FFFF");
                out.put_slice(key.text);
            }
            Self::Bytes(bytes) => Counted4N::encode(&super::Counted(bytes), out),
        }
    }

    fn key(&self) -> Option<&'a [u8]> {
        match self {
            Self::Block(key) => Some(key.token.0),
            Self::Bytes(_) => None,
        }
    }
}
