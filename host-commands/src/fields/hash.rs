//! Hash algorithms, and what they make.

use bytes::{BufMut, BytesMut};
use crypto::{hash::Function, mac::Hash};
use nom::{Parser, bytes::complete::take, combinator::map_opt};
use vault::usage::usage_of;
use wire::{Alphabet, Code, Cursor, Fault, Grammar, Observer, Wire};

/// Enums of hash algorithms: those of the SHA family, which all have, and what else each has; with what they stand for.
macro_rules! hashes {
    ($(
        $(#[$about:meta])*
        $name:ident, $method:ident: $result:ty = $of_sha:expr,
        { $($(#[$doc:meta])* $code:literal $other:ident => $meaning:expr;)* }
    )*) => {$(
        $(#[$about])*
        #[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
        pub enum $name {
            /// SHA-1.
            #[code("01")]
            Sha1,
            $($(#[$doc])* #[code($code)] $other,)*
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

        impl $name {
            /// What it stands for.
            pub fn $method(self) -> $result {
                let of_sha: fn(Hash) -> $result = $of_sha;
                match self {
                    Self::Sha1 => of_sha(Hash::Sha1),
                    Self::Sha224 => of_sha(Hash::Sha224),
                    Self::Sha256 => of_sha(Hash::Sha256),
                    Self::Sha384 => of_sha(Hash::Sha384),
                    Self::Sha512 => of_sha(Hash::Sha512),
                    $(Self::$other => $meaning,)*
                }
            }
        }
    )*};
}

hashes! {
    /// Hash algorithm.
    HashAlgorithm, function: Function = Function::Sha, {
        /// MD5.
        "02" Md5 => Function::Md5;
        /// ISO 10118-2, MDC-2 with DES.
        "03" Mdc2 => Function::Mdc2;
    }

    /// Hash of a message that is signed.
    SignedHash, function: Option<Function> = |hash| Some(Function::Sha(hash)), {
        /// MD5.
        "02" Md5 => Some(Function::Md5);
        /// ISO 10118-2, MDC-2 with DES.
        "03" Mdc2 => Some(Function::Mdc2);
        /// None: the message is a digest information.
        "04" None => None;
    }

    /// Hash in a mask generation function.
    MaskHash, hash: Hash = |hash| hash, {}

    /// Hash algorithm of an HMAC key.
    HmacHash, usage: Option<[u8; 2]> = |hash| Some(usage_of(hash)), {
        /// The key block says it.
        "FF" InKeyBlock => None;
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
