//! Requests for certificates: PKCS#10.

use der::asn1::{Any, BitString, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use der::{Decode, Encode, EncodePem, Error, pem::LineEnding};
use rand_core::CryptoRng;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::request::{CertReq, CertReqInfo, Version};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::hash::Function;
use crate::mac::Hash;
use crate::rsa::{Representation, Signing};
use crate::{ecc, rsa};

/// Whom a certificate is for. What is empty is left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Subject<'a> {
    /// Country: two letters.
    pub country: &'a str,
    /// State or province.
    pub state: &'a str,
    /// Locality.
    pub locality: &'a str,
    /// Organization.
    pub organization: &'a str,
    /// Organizational unit.
    pub unit: &'a str,
    /// Common name.
    pub common_name: &'a str,
}

/// A request for a certificate.
#[derive(Debug)]
pub struct CertificateRequest(CertReq);

/// The country in a distinguished name, the one part that is always in printable characters.
const COUNTRY: &str = "2.5.4.6";

/// RSA public keys, whatever they are for.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Why a certificate is not requested.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestFault {
    /// Signatures with this hash have no identifier.
    #[error("no identifier for signatures with this hash")]
    Hash,
    /// The names cannot be written.
    #[error("names that no certificate has")]
    Subject,
    /// The digest is too long for the modulus.
    #[error("digest does not fit the modulus")]
    Length,
}

impl rsa::PrivateKey {
    /// Requests a certificate for the public key, signed after PKCS#1 v1.5.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub fn certificate_request(
        &self,
        subject: Subject<'_>,
        hash: Function,
        rng: &mut dyn CryptoRng,
    ) -> Result<CertificateRequest, RequestFault> {
        let algorithm = with_null(signed_by_rsa(hash).ok_or(RequestFault::Hash)?);
        let key = self.public_key().to_der(Representation::TwosComplement);
        let key = BitString::from_bytes(&key.map_err(|_| RequestFault::Subject)?);
        let key = key.map(|subject_public_key| SubjectPublicKeyInfoOwned {
            algorithm: with_null(RSA),
            subject_public_key,
        });
        CertificateRequest::sign(subject, key, algorithm, |message| {
            self.sign(Signing::Pkcs1(Some(hash)), message, rng).map_err(|_| RequestFault::Length)
        })
    }
}

impl ecc::PrivateKey {
    /// Requests a certificate for the public key, signed by ECDSA.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub fn certificate_request(
        &self,
        subject: Subject<'_>,
        hash: Hash,
    ) -> Result<CertificateRequest, RequestFault> {
        let algorithm = AlgorithmIdentifierOwned { oid: signed_by_ecdsa(hash), parameters: None };
        let key = self.public_key().to_der().map_err(|_| RequestFault::Subject)?;
        let key = SubjectPublicKeyInfoOwned::from_der(&key);
        CertificateRequest::sign(subject, key, algorithm, |message| Ok(self.sign(hash, message)))
    }
}

impl CertificateRequest {
    fn sign(
        subject: Subject<'_>,
        key: der::Result<SubjectPublicKeyInfoOwned>,
        algorithm: AlgorithmIdentifierOwned,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, RequestFault>,
    ) -> Result<Self, RequestFault> {
        let info = || -> der::Result<(CertReqInfo, Vec<u8>)> {
            let info = CertReqInfo {
                version: Version::V1,
                subject: subject.name()?,
                public_key: key?,
                attributes: SetOfVec::new(),
            };
            let message = info.to_der()?;
            Ok((info, message))
        };
        let (info, message) = info().map_err(|_| RequestFault::Subject)?;
        let signature = BitString::from_bytes(&sign(&message)?);
        let signature = signature.map_err(|_| RequestFault::Length)?;
        Ok(Self(CertReq { info, algorithm, signature }))
    }

    /// The request in DER; nothing if it is too long for that.
    pub fn to_der(&self) -> Option<Vec<u8>> {
        self.0.to_der().ok()
    }

    /// The request in the text form that certification authorities take; nothing if it is too long for that.
    pub fn to_pem(&self) -> Option<String> {
        self.0.to_pem(LineEnding::LF).ok()
    }
}

fn with_null(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: Some(Any::null()) }
}

impl Subject<'_> {
    /// The distinguished name, from the country down.
    fn name(&self) -> Result<Name, Error> {
        let parts = [
            (COUNTRY, self.country),
            ("2.5.4.8", self.state),
            ("2.5.4.7", self.locality),
            ("2.5.4.10", self.organization),
            ("2.5.4.11", self.unit),
            ("2.5.4.3", self.common_name),
        ];
        let mut name = RdnSequence::default();
        for (identifier, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
            let oid = ObjectIdentifier::new(identifier)?;
            let value = if identifier == COUNTRY {
                Any::from(PrintableStringRef::new(text)?)
            } else {
                Any::from(Utf8StringRef::new(text)?)
            };
            let mut part = RelativeDistinguishedName::default();
            part.insert(AttributeTypeAndValue { oid, value })?;
            name.push(part);
        }
        Name::from_der(&name.to_der()?)
    }
}

/// What says that a signature was made after PKCS#1 v1.5 with a hash.
const fn signed_by_rsa(hash: Function) -> Option<ObjectIdentifier> {
    Some(ObjectIdentifier::new_unwrap(match hash {
        Function::Md5 => "1.2.840.113549.1.1.4",
        Function::Mdc2 => return None,
        Function::Sha(Hash::Sha1) => "1.2.840.113549.1.1.5",
        Function::Sha(Hash::Sha224) => "1.2.840.113549.1.1.14",
        Function::Sha(Hash::Sha256) => "1.2.840.113549.1.1.11",
        Function::Sha(Hash::Sha384) => "1.2.840.113549.1.1.12",
        Function::Sha(Hash::Sha512) => "1.2.840.113549.1.1.13",
    }))
}

/// What says that a signature was made by ECDSA with a hash. Source: RFC 3279 and RFC 5758.
const fn signed_by_ecdsa(hash: Hash) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(match hash {
        Hash::Sha1 => "1.2.840.10045.4.1",
        Hash::Sha224 => "1.2.840.10045.4.3.1",
        Hash::Sha256 => "1.2.840.10045.4.3.2",
        Hash::Sha384 => "1.2.840.10045.4.3.3",
        Hash::Sha512 => "1.2.840.10045.4.3.4",
    })
}
