//! Key pairs of RSA and on elliptic curves, under an LMK.
//!
//! Under a variant LMK, which has no place for keys on curves, an RSA private key is under pair 34-35 in a layout of its own,
//! and a public key is known by a MAC under pair 36-37. Under a key-block LMK all are in key blocks: a private key with usage
//! `03` (`04` for that of a chip card), a public key with usage `02`. The body of an RSA key is binary, that of a key on a
//! curve is text as that of a symmetric key. Source: recorded device traffic for RSA private keys; an open client for text and
//! modes of use of keys on curves; the rest is inferred from X9.143.

mod agreement;
mod sealed;
mod transport;
mod variant;

pub use sealed::BlockAttributes;
pub use transport::{UnderPublicKey, Unwrapped};

use crypto::ecc::{self, Curve, EccFault};
use crypto::hash::Function;
use crypto::mac::Hash;
use crypto::request::{CertificateRequest, RequestFault, Subject};
use crypto::rsa::{self, BlockFault, Representation, RsaFault, Signing};
use rand_core::CryptoRng;

use crate::Refusal;
use crate::key_block::Header;

/// Why a key of a pair is not opened, sealed or used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PairRefusal {
    /// Refused as any key is.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// 49: what was decrypted is no private key, or not authentic.
    #[error("not a private key under this LMK")]
    PrivateKey,
    /// 78: no private key is so long.
    #[error("length of the private key")]
    PrivateKeyLength,
    /// What should be a public key is not one. Its error code depends on the command.
    #[error("not a public key")]
    PublicKey,
    /// 01: the MAC of a public key is wrong.
    #[error("MAC of the public key is wrong")]
    Mac,
    /// 03: the private key is for something else. The number is inferred.
    #[error("the private key is not for this")]
    Purpose,
    /// D2: a curve that is not known here, or keys on different curves.
    #[error("curve is unknown, or keys are on different curves")]
    Curve,
    /// 76 data that are too long or too short for the key, 77 padding.
    #[error(transparent)]
    Data(#[from] RsaFault),
    /// 83 the form of the block in which a key stands, 84 the check value there.
    #[error(transparent)]
    Block(#[from] BlockFault),
    /// A certificate that cannot be requested. Its error code depends on the command.
    #[error(transparent)]
    Request(#[from] RequestFault),
}

impl From<EccFault> for PairRefusal {
    fn from(fault: EccFault) -> Self {
        match fault {
            EccFault::Key => Self::PublicKey,
            EccFault::Curve => Self::Curve,
        }
    }
}

/// What a private key may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Signatures.
    Signature,
    /// Decryption of keys by RSA, agreement on keys over a curve.
    KeyManagement,
    /// Both.
    Both,
    /// That of a chip card: for neither, only to be exported to it.
    ChipCard,
}

/// A private key, and what it may be used for.
pub struct PrivateKey {
    secret: Secret,
    purpose: Purpose,
    /// What its key block says, if it was in one.
    origin: Option<Origin>,
}

/// The key itself; both kinds wipe themselves.
enum Secret {
    Rsa(rsa::PrivateKey),
    Curve(ecc::PrivateKey),
}

/// Header and optional blocks of the key block in which a key was.
struct Origin {
    header: Header,
    optional: Vec<u8>,
}

/// A public key.
#[derive(PartialEq)]
pub enum PublicKey {
    /// Of RSA.
    Rsa(rsa::PublicKey),
    /// On a curve.
    Curve(ecc::PublicKey),
}

/// How a public key stands in DER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// A key of RSA: a sequence of modulus and exponent.
    Sequence(Representation),
    /// A key on a curve: `SubjectPublicKeyInfo`.
    SubjectPublicKeyInfo,
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignatureKind<'a> {
    /// By RSA.
    Rsa(Signing<'a>),
    /// By ECDSA.
    Ecdsa(Hash),
}

impl PrivateKey {
    /// Makes a key pair of RSA.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for a modulus or an exponent out of bounds.
    pub fn generate_rsa(
        bits: usize,
        exponent: &[u8],
        purpose: Purpose,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, RsaFault> {
        let key = rsa::PrivateKey::generate(bits, exponent, rng)?;
        Ok(Self { secret: Secret::Rsa(key), purpose, origin: None })
    }

    /// Makes a key pair on a curve.
    pub fn generate_on(curve: Curve, purpose: Purpose, rng: &mut dyn CryptoRng) -> Self {
        let key = ecc::PrivateKey::generate(curve, rng);
        Self { secret: Secret::Curve(key), purpose, origin: None }
    }

    /// Its public key.
    pub fn public_key(&self) -> PublicKey {
        match &self.secret {
            Secret::Rsa(key) => PublicKey::Rsa(key.public_key()),
            Secret::Curve(key) => PublicKey::Curve(key.public_key()),
        }
    }

    /// Signs a message.
    ///
    /// # Errors
    /// 03 if this key is for something else; A7 for a signature of the other kind; 76 if the modulus is too short.
    pub fn sign(
        &self,
        kind: SignatureKind<'_>,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, PairRefusal> {
        match (self.for_signing()?, kind) {
            (Secret::Rsa(key), SignatureKind::Rsa(signing)) => Ok(key.sign(signing, message, rng)?),
            (Secret::Curve(key), SignatureKind::Ecdsa(hash)) => Ok(key.sign(hash, message)),
            _ => Err(Refusal::Algorithm.into()),
        }
    }

    /// Requests a certificate for the public key.
    ///
    /// # Errors
    /// 03 if this key is for something else; [`RequestFault`], also for ECDSA with a hash that is none of the SHA family.
    pub fn certificate_request(
        &self,
        subject: Subject<'_>,
        hash: Function,
        rng: &mut dyn CryptoRng,
    ) -> Result<CertificateRequest, PairRefusal> {
        Ok(match (self.for_signing()?, hash) {
            (Secret::Rsa(key), hash) => key.certificate_request(subject, hash, rng)?,
            (Secret::Curve(key), Function::Sha(hash)) => key.certificate_request(subject, hash)?,
            (Secret::Curve(_), _) => return Err(RequestFault::Hash.into()),
        })
    }

    fn for_signing(&self) -> Result<&Secret, PairRefusal> {
        match self.purpose {
            Purpose::Signature | Purpose::Both => Ok(&self.secret),
            Purpose::KeyManagement | Purpose::ChipCard => Err(PairRefusal::Purpose),
        }
    }

    /// Whether it may decrypt keys or agree on them.
    const fn is_for_keys(&self) -> bool {
        matches!(self.purpose, Purpose::KeyManagement | Purpose::Both)
    }
}

impl PublicKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`PairRefusal::PublicKey`] for what is none; D2 for a curve that is not known here.
    pub fn from_der(der: &[u8], encoding: Encoding) -> Result<Self, PairRefusal> {
        Ok(match encoding {
            Encoding::Sequence(representation) => {
                let key = rsa::PublicKey::from_der(der, representation);
                Self::Rsa(key.map_err(|_| PairRefusal::PublicKey)?)
            }
            Encoding::SubjectPublicKeyInfo => Self::Curve(ecc::PublicKey::from_der(der)?),
        })
    }

    /// Writes the key: a sequence of unsigned integers, or `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`PairRefusal::PublicKey`], which does not happen with keys of lengths that there are.
    pub fn to_der(&self) -> Result<Vec<u8>, PairRefusal> {
        match self {
            Self::Rsa(key) => key.to_der(Representation::Unsigned).ok(),
            Self::Curve(key) => key.to_der().ok(),
        }
        .ok_or(PairRefusal::PublicKey)
    }

    /// Whether a signature is that of a message.
    ///
    /// # Errors
    /// A7 for a signature of the other kind; 76 if it is not as long as the modulus, or that is too short for the digest.
    pub fn verify(
        &self,
        kind: SignatureKind<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, PairRefusal> {
        match (self, kind) {
            (Self::Rsa(key), SignatureKind::Rsa(signing)) => {
                Ok(key.verify(signing, message, signature)?)
            }
            (Self::Curve(key), SignatureKind::Ecdsa(hash)) => {
                Ok(key.verify(hash, message, signature))
            }
            _ => Err(Refusal::Algorithm.into()),
        }
    }

    /// The key of RSA.
    ///
    /// # Errors
    /// A7 for a key on a curve.
    pub fn rsa(&self) -> Result<&rsa::PublicKey, Refusal> {
        match self {
            Self::Rsa(key) => Ok(key),
            Self::Curve(_) => Err(Refusal::Algorithm),
        }
    }
}

#[cfg(test)]
mod tests;
