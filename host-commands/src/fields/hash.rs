//! What hash and HMAC commands say about messages and keys.

use bytes::{BufMut, BytesMut};
use crypto::{hash::Function, mac::Hash};
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use vault::{Token, TokenFault, role::HmacKey};
use wire::{Alphabet, Code, Cursor, Fault, Field, Grammar, Observer, Parsed, Scope, Wire};

use super::KeyField;

/// Hash algorithm.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum HashAlgorithm {
    /// SHA-1.
    #[code("01")]
    Sha1,
    /// MD5.
    #[code("02")]
    Md5,
    /// ISO 10118-2, MDC-2 with DES.
    #[code("03")]
    Mdc2,
    /// SHA-224.
    #[code("05")]
    Sha224,
    /// SHA-256.
    #[code("06")]
    Sha256,
    /// SHA-384.
    #[code("07")]
    Sha384,
    /// SHA-512.
    #[code("08")]
    Sha512,
}

impl HashAlgorithm {
    /// The hash function.
    pub fn function(self) -> Function {
        match self {
            Self::Md5 => Function::Md5,
            Self::Mdc2 => Function::Mdc2,
            Self::Sha1 => Function::Sha(Hash::Sha1),
            Self::Sha224 => Function::Sha(Hash::Sha224),
            Self::Sha256 => Function::Sha(Hash::Sha256),
            Self::Sha384 => Function::Sha(Hash::Sha384),
            Self::Sha512 => Function::Sha(Hash::Sha512),
        }
    }
}

/// A digest or an HMAC in raw bytes, as many as earlier fields say.
#[derive(Clone, Copy, Debug)]
pub struct Digest {
    bytes: [u8; Hash::LONGEST],
    length: usize,
}

impl Digest {
    /// The first bytes of a digest.
    pub fn new(bytes: [u8; Hash::LONGEST], length: usize) -> Self {
        Self { bytes, length: length.min(Hash::LONGEST) }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl<'a> Wire<'a> for Digest {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Bytes);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: usize) -> Result<Self, Fault> {
        let digest = |given: &[u8]| {
            let mut bytes = [0; Hash::LONGEST];
            bytes.get_mut(..length)?.copy_from_slice(given);
            Some(Self { bytes, length })
        };
        cursor.parse(|input, _| map_opt(take(length), digest).parse(input))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.bytes());
    }
}

/// Says that the header of the key block tells it.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum InHmacKeyBlock {
    /// The key block says it.
    #[code("FF")]
    Header,
}

/// Format of an HMAC key.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum HmacKeyFormat {
    /// Key block.
    #[code("04")]
    KeyBlock,
}

/// `FFFF` and a Thales key block, which has no `S` in front of it here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HmacKeyBlock<'a>(pub KeyField<'a, HmacKey>);

impl<'a> HmacKeyBlock<'a> {
    /// A sealed key without its tag.
    pub fn untagged(sealed: &'a [u8]) -> Self {
        Self(sealed.strip_prefix(b"S").unwrap_or(sealed).into())
    }
}

impl<'a> Field<'a> for HmacKeyBlock<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "`FFFF` and a key block without its tag",
        &[
            "FFFF1012863HC00E00008923620F3090132409C88FB9EEFCFFC9251C1D2F1C818895B3E28B35616857A54B3A5B0D7AFF3F63BEDA8A724412002E8248102CFF908D00",
        ],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let short = || nom::Err::Error(Fault::Short);
        let (rest, _) = verify(take(4_usize), |mark: &[u8]| mark == b"FFFF").parse(input)?;
        let length = Token::block_length(rest).map_err(|fault| match fault {
            TokenFault::Short => short(),
            TokenFault::Malformed => nom::Err::Error(Fault::Invalid),
        })?;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        let printable = text.iter().all(|character| matches!(character, b' '..=b'~'));
        if printable && Token(text).is_block() {
            Ok((rest, Self(text.into())))
        } else {
            Err(nom::Err::Error(Fault::Invalid))
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(b"FFFF");
        out.put_slice(self.0.text);
    }

    fn key(&self) -> Option<&'a [u8]> {
        Some(self.0.token.0)
    }
}
