//! Elliptic curves: key pairs on the NIST curves, ECDSA signatures, and key agreement.

mod agreement;

pub use agreement::{KeyDerivation, SharedSecret};

use ecdsa::elliptic_curve::{self, CurveArithmetic, Generate, NonZeroScalar};
use ecdsa::{EcdsaCurve, Signature, hazmat};
use p256::pkcs8::{DecodePublicKey, EncodePublicKey, SubjectPublicKeyInfoRef};
use rand_core::CryptoRng;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::mac::Hash;

/// Why something cannot be done with elliptic curves.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EccFault {
    /// Not a key: malformed, not a point of its curve, or the point at infinity.
    #[error("not a key on an elliptic curve")]
    Key,
    /// Another curve than that of the other key, or one that is not known here.
    #[error("curve is unknown, or the keys are on different ones")]
    Curve,
}

/// A curve of FIPS 186.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Curve {
    /// P-256, also called secp256r1 or prime256v1.
    P256,
    /// P-384.
    P384,
    /// P-521.
    P521,
}

impl Curve {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// Its object identifier.
    const fn identifier(self) -> &'static str {
        match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        }
    }
}

/// A public key: a point that is on its curve and is not that at infinity.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(Point);

/// A private key; wiped when dropped.
pub struct PrivateKey(Secret);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Point {
    P256(p256::PublicKey),
    P384(p384::PublicKey),
    P521(p521::PublicKey),
}

/// The crates wipe their secret keys.
enum Secret {
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
}

/// Does the same with a key of any curve.
macro_rules! with {
    ($kind:ident, $key:expr, $inner:ident => $work:expr) => {
        match $key {
            $kind::P256($inner) => $work,
            $kind::P384($inner) => $work,
            $kind::P521($inner) => $work,
        }
    };
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER, which has to fill `bytes`; its point may be compressed.
    ///
    /// # Errors
    /// [`EccFault::Curve`] for a key of another algorithm or curve; [`EccFault::Key`] for what is none.
    pub fn from_der(bytes: &[u8]) -> Result<Self, EccFault> {
        let information = SubjectPublicKeyInfoRef::try_from(bytes).map_err(|_| EccFault::Key)?;
        let identifier = information.algorithm.parameters_oid().map_err(|_| EccFault::Curve)?;
        let is_named = |curve: &Curve| identifier.to_string() == curve.identifier();
        let point = match Curve::ALL.into_iter().find(is_named).ok_or(EccFault::Curve)? {
            Curve::P256 => p256::PublicKey::from_public_key_der(bytes).map(Point::P256),
            Curve::P384 => p384::PublicKey::from_public_key_der(bytes).map(Point::P384),
            Curve::P521 => p521::PublicKey::from_public_key_der(bytes).map(Point::P521),
        };
        point.map(Self).map_err(|_| EccFault::Key)
    }

    /// Writes a `SubjectPublicKeyInfo` in DER, with an uncompressed point.
    ///
    /// # Errors
    /// [`EccFault::Key`], which does not happen.
    pub fn to_der(&self) -> Result<Vec<u8>, EccFault> {
        let document = with!(Point, &self.0, point => point.to_public_key_der());
        document.map(|document| document.as_bytes().to_vec()).map_err(|_| EccFault::Key)
    }

    /// The curve that it is on.
    pub const fn curve(&self) -> Curve {
        match self.0 {
            Point::P256(_) => Curve::P256,
            Point::P384(_) => Curve::P384,
            Point::P521(_) => Curve::P521,
        }
    }

    /// Whether a signature, a DER sequence of two integers, is that of a message.
    pub fn verify(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let digest = hash.digest(&[message]);
        let digest = &digest[..hash.digest_size()];
        with!(Point, &self.0, point => verifies(point, digest, Signature::from_der(signature)))
    }
}

impl PrivateKey {
    /// Makes a key pair.
    pub fn generate(curve: Curve, rng: &mut dyn CryptoRng) -> Self {
        Self(match curve {
            Curve::P256 => Secret::P256(p256::SecretKey::generate_from_rng(rng)),
            Curve::P384 => Secret::P384(p384::SecretKey::generate_from_rng(rng)),
            Curve::P521 => Secret::P521(p521::SecretKey::generate_from_rng(rng)),
        })
    }

    /// Reads an `ECPrivateKey` of RFC 5915 in DER, which has to name its curve and to fill `bytes`.
    ///
    /// # Errors
    /// [`EccFault::Key`] for anything else, and if the public key in it is not that of the private one.
    pub fn from_der(bytes: &[u8]) -> Result<Self, EccFault> {
        let p256 = || p256::SecretKey::from_sec1_der(bytes).map(Secret::P256);
        let p384 = || p384::SecretKey::from_sec1_der(bytes).map(Secret::P384);
        let p521 = || p521::SecretKey::from_sec1_der(bytes).map(Secret::P521);
        let secret = p256().or_else(|_| p384()).or_else(|_| p521()).map_err(|_| EccFault::Key)?;
        Ok(Self(secret))
    }

    /// Writes an `ECPrivateKey` of RFC 5915 in DER, with the name of its curve and its public key.
    ///
    /// # Errors
    /// [`EccFault::Key`], which does not happen.
    pub fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, EccFault> {
        with!(Secret, &self.0, secret => secret.to_sec1_der()).map_err(|_| EccFault::Key)
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(match &self.0 {
            Secret::P256(secret) => Point::P256(secret.public_key()),
            Secret::P384(secret) => Point::P384(secret.public_key()),
            Secret::P521(secret) => Point::P521(secret.public_key()),
        })
    }

    /// Signs a message: a DER sequence of two integers. The same message has the same signature (RFC 6979).
    pub fn sign(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let digest = hash.digest(&[message]);
        let digest = &digest[..hash.digest_size()];
        with!(Secret, &self.0, secret => {
            let scalar = Zeroizing::new(secret.to_nonzero_scalar());
            signature(&scalar, hash, digest).to_der().as_bytes().to_vec()
        })
    }

    /// What only this key and the owner of another can know: the first coordinate of their common point.
    ///
    /// # Errors
    /// [`EccFault::Curve`] if they are on different curves.
    pub fn agree(&self, other: &PublicKey) -> Result<SharedSecret, EccFault> {
        Ok(match (&self.0, &other.0) {
            (Secret::P256(own), Point::P256(other)) => {
                SharedSecret::new(own.diffie_hellman(other).raw_secret_bytes())
            }
            (Secret::P384(own), Point::P384(other)) => {
                SharedSecret::new(own.diffie_hellman(other).raw_secret_bytes())
            }
            (Secret::P521(own), Point::P521(other)) => {
                SharedSecret::new(own.diffie_hellman(other).raw_secret_bytes())
            }
            _ => return Err(EccFault::Curve),
        })
    }
}

/// The signature of a digest; the hash that made it also draws the number that has to be secret.
fn signature<C>(scalar: &NonZeroScalar<C>, hash: Hash, digest: &[u8]) -> Signature<C>
where
    C: EcdsaCurve + CurveArithmetic,
{
    let (signature, _) = match hash {
        Hash::Sha1 => hazmat::sign_prehashed_rfc6979::<C, Sha1>(scalar, digest, b""),
        Hash::Sha224 => hazmat::sign_prehashed_rfc6979::<C, Sha224>(scalar, digest, b""),
        Hash::Sha256 => hazmat::sign_prehashed_rfc6979::<C, Sha256>(scalar, digest, b""),
        Hash::Sha384 => hazmat::sign_prehashed_rfc6979::<C, Sha384>(scalar, digest, b""),
        Hash::Sha512 => hazmat::sign_prehashed_rfc6979::<C, Sha512>(scalar, digest, b""),
    };
    signature
}

fn verifies<C>(
    point: &elliptic_curve::PublicKey<C>,
    digest: &[u8],
    signature: ecdsa::Result<Signature<C>>,
) -> bool
where
    C: EcdsaCurve + CurveArithmetic,
{
    signature.is_ok_and(|signature| {
        hazmat::verify_prehashed(&point.to_projective(), digest, &signature).is_ok()
    })
}

#[cfg(test)]
mod tests;
