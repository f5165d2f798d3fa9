//! What is said about signatures, and about padding.

use crypto::{
    hash::Function,
    rsa::{Encryption, PublicKey, Signing},
};
use vault::key_pair::SignatureKind;
use wire::{Code, ErrorCode, Group};

use crate::{
    error::DIGEST_INFORMATION,
    fields::{Counted2N, MaskHash, SignedHash},
};

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
        Encryption::Oaep { hash: self.hash.hash(), parameters: self.parameters.0 }
    }
}

/// Mask generation function.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MaskGeneration {
    /// MGF1.
    #[code("01")]
    Mgf1,
}
