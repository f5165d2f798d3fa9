//! What hash and HMAC commands say about messages.

use bytes::{BufMut, BytesMut};
use crypto::{hash::Function, mac::Hash};
use nom::{Parser, bytes::complete::take, combinator::map_opt};
use wire::{Alphabet, Code, Cursor, Fault, Grammar, Observer, Wire};

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
