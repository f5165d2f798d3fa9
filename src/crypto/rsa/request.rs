//! Requests for certificates: PKCS#10.

use der::asn1::{Any, BitString, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use der::{Decode, Encode, EncodePem, Error, pem::LineEnding};
use rand_core::CryptoRng;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::request::{CertReq, CertReqInfo, Version};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{PrivateKey, Representation, RsaFault, Signing};
use crate::hash::Function;
use crate::mac::Hash;

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

impl PrivateKey {
    /// Requests a certificate for the public key, signed after PKCS#1 v1.5.
    ///
    /// # Errors
    /// [`RsaFault::Key`] if there is no identifier for signatures with this hash, or the subject cannot be written;
    /// [`RsaFault::Length`] if the modulus is too short for the digest.
    pub fn certificate_request(
        &self,
        subject: Subject<'_>,
        hash: Function,
        rng: &mut dyn CryptoRng,
    ) -> Result<CertificateRequest, RsaFault> {
        let signed_with = signed_with(hash).ok_or(RsaFault::Key)?;
        let key = self.public_key().to_der(Representation::TwosComplement)?;
        let info = information(subject, &key).map_err(|_| RsaFault::Key)?;
        let message = info.to_der().map_err(|_| RsaFault::Key)?;
        let signature = self.sign(Signing::Pkcs1(Some(hash)), &message, rng)?;
        let signature = BitString::from_bytes(&signature).map_err(|_| RsaFault::Key)?;
        Ok(CertificateRequest(CertReq { info, algorithm: algorithm(signed_with), signature }))
    }
}

impl CertificateRequest {
    /// The request in DER; nothing if it is too long for that.
    pub fn to_der(&self) -> Option<Vec<u8>> {
        self.0.to_der().ok()
    }

    /// The request in the text form that certification authorities take; nothing if it is too long for that.
    pub fn to_pem(&self) -> Option<String> {
        self.0.to_pem(LineEnding::LF).ok()
    }
}

fn information(subject: Subject<'_>, key: &[u8]) -> Result<CertReqInfo, Error> {
    Ok(CertReqInfo {
        version: Version::V1,
        subject: subject.name()?,
        public_key: SubjectPublicKeyInfoOwned {
            algorithm: algorithm(RSA),
            subject_public_key: BitString::from_bytes(key)?,
        },
        attributes: SetOfVec::new(),
    })
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
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
const fn signed_with(hash: Function) -> Option<ObjectIdentifier> {
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
