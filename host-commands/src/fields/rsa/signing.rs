//! What is said about signatures, and about padding.

use crypto::{
    hash::Function,
    mac::Hash,
    rsa::{Encryption, PublicKey, Signing},
};
use wire::{Code, ErrorCode, Group};

use crate::{error::DIGEST_INFORMATION, fields::Counted2N};

/// How a message is signed.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct SignatureMethod<'a> {
    /// Hash of the message.
    #[error(5)]
    pub hash: SignedHash,
    /// Signature algorithm.
    #[error(6)]
    pub algorithm: SignatureAlgorithm,
    /// Padding.
    #[when(algorithm in ["01"])]
    #[error(7)]
    pub padding: Option<SignaturePadding<'a>>,
}

/// A signature as it is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignatureKind<'a> {
    /// By RSA.
    Rsa(Signing<'a>),
    /// By ECDSA.
    Ecdsa(Hash),
}

impl<'a> SignatureMethod<'a> {
    /// The method, for a message that has to be a digest information where there is no hash.
    ///
    /// # Errors
    /// 74 if it is none; 05 for PSS without a hash, and for ECDSA with a hash that is none of the SHA family (both inferred).
    pub fn kind(self, message: &[u8]) -> Result<SignatureKind<'a>, ErrorCode> {
        let hash = self.hash.function();
        let Some(padding) = self.padding else {
            return match hash {
                Some(Function::Sha(hash)) => Ok(SignatureKind::Ecdsa(hash)),
                _ => Err(ErrorCode::new(5)),
            };
        };
        if hash.is_none() && PublicKey::der_length(message) != Ok(message.len()) {
            return Err(DIGEST_INFORMATION.0);
        }
        Ok(SignatureKind::Rsa(match padding {
            SignaturePadding::Pkcs1 => Signing::Pkcs1(hash),
            SignaturePadding::Oaep(parameters) => {
                Signing::Encryption(hash, parameters.encryption())
            }
            SignaturePadding::Pss => Signing::Pss(hash.ok_or(ErrorCode::new(5))?),
        }))
    }
}

/// Hash of a message that is signed.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum SignedHash {
    /// SHA-1.
    #[code("01")]
    Sha1,
    /// MD5.
    #[code("02")]
    Md5,
    /// ISO 10118-2, MDC-2 with DES.
    #[code("03")]
    Mdc2,
    /// None: the message is a digest information.
    #[code("04")]
    None,
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

impl SignedHash {
    /// The hash, if there is one.
    pub fn function(self) -> Option<Function> {
        Some(match self {
            Self::None => return None,
            Self::Md5 => Function::Md5,
            Self::Mdc2 => Function::Mdc2,
            Self::Sha1 => Function::Sha(Hash::Sha1),
            Self::Sha224 => Function::Sha(Hash::Sha224),
            Self::Sha256 => Function::Sha(Hash::Sha256),
            Self::Sha384 => Function::Sha(Hash::Sha384),
            Self::Sha512 => Function::Sha(Hash::Sha512),
        })
    }
}

/// Signature algorithm.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum SignatureAlgorithm {
    /// RSA.
    #[code("01")]
    Rsa,
    /// ECDSA, without padding. Source: a client that has certificates requested so; here it is inferred.
    #[code("02")]
    Ecdsa,
}

/// Padding of a signature.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum SignaturePadding<'a> {
    /// PKCS#1 v1.5.
    #[code("01")]
    Pkcs1,
    /// OAEP, of the digest information (inferred).
    #[code("02")]
    Oaep(OaepParameters<'a>),
    /// PSS, with the hash of the message in the mask, too, and a salt as long as the digest. That `04` is PSS, and what it
    /// is like, is inferred from a client that sends no parameters.
    #[code("04")]
    Pss,
}

/// Parameters of OAEP.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct OaepParameters<'a> {
    /// Mask generation function.
    #[error(85)]
    pub mask: MaskGeneration,
    /// Hash in the mask, and of the encoding parameters. The manual of older devices has SHA-1 only; the others are inferred.
    #[error(86)]
    pub hash: MaskHash,
    /// Encoding parameters.
    #[error(87)]
    #[ends(';')]
    pub parameters: Counted2N<'a>,
}

impl<'a> OaepParameters<'a> {
    /// The padding.
    pub fn encryption(self) -> Encryption<'a> {
        let hash = match self.hash {
            MaskHash::Sha1 => Hash::Sha1,
            MaskHash::Sha224 => Hash::Sha224,
            MaskHash::Sha256 => Hash::Sha256,
            MaskHash::Sha384 => Hash::Sha384,
            MaskHash::Sha512 => Hash::Sha512,
        };
        Encryption::Oaep { hash, parameters: self.parameters.0 }
    }
}

/// Mask generation function.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MaskGeneration {
    /// MGF1.
    #[code("01")]
    Mgf1,
}

/// Hash in a mask generation function.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MaskHash {
    /// SHA-1.
    #[code("01")]
    Sha1,
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
