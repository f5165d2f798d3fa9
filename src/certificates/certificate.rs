//! Certificates as they are shown and compared.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::X509Name;

use crate::Fault;
use crate::key::line_feeds;

/// The label of a certificate in PEM.
const LABEL: &str = "CERTIFICATE";

/// An X.509 certificate (DER).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate(Vec<u8>);

/// When a certificate is valid, in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Validity {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
}

impl Certificate {
    /// Takes a certificate that can be read.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub fn from_der(der: &[u8]) -> Result<Self, Fault> {
        let certificate = Self(der.to_vec());
        certificate.parsed()?;
        Ok(certificate)
    }

    /// Reads every certificate of a PEM text, at least one.
    ///
    /// # Errors
    /// [`Fault::NoCertificate`], [`Fault::Unreadable`].
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, Fault> {
        let blocks = pem::parse_many(text).map_err(|error| Fault::Unreadable(error.to_string()))?;
        let blocks = blocks.iter().filter(|block| block.tag() == LABEL);
        let certificates = blocks.map(|block| Self::from_der(block.contents()));
        let certificates = certificates.collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() { Err(Fault::NoCertificate) } else { Ok(certificates) }
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> String {
        pem::encode_config(&pem::Pem::new(LABEL, self.0.clone()), line_feeds())
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// Whose it is, as in `CN=switch, O=Bank`.
    pub fn subject(&self) -> String {
        self.parsed().map_or_else(|_| String::new(), |parsed| parsed.subject().to_string())
    }

    /// Who issued it.
    pub fn issuer(&self) -> String {
        self.parsed().map_or_else(|_| String::new(), |parsed| parsed.issuer().to_string())
    }

    /// The common name of whom it is.
    pub fn common_name(&self) -> Option<String> {
        let parsed = self.parsed().ok()?;
        common_name(parsed.subject())
    }

    /// Its serial number in hexadecimal.
    pub fn serial_number(&self) -> String {
        self.parsed()
            .map_or_else(|_| String::new(), |parsed| hex::encode_upper(parsed.raw_serial()))
    }

    /// When it is valid.
    pub fn validity(&self) -> Validity {
        self.parsed().map_or_else(
            |_| Validity { from: String::new(), to: String::new() },
            |parsed| Validity {
                from: parsed.validity().not_before.to_string(),
                to: parsed.validity().not_after.to_string(),
            },
        )
    }

    /// The names and addresses that it is for, beside the subject.
    pub fn names(&self) -> Vec<String> {
        let Ok(parsed) = self.parsed() else { return Vec::new() };
        let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
        names.value.general_names.iter().filter_map(shown).collect()
    }

    /// Whether it may issue others.
    pub fn is_authority(&self) -> bool {
        self.parsed().is_ok_and(|parsed| parsed.is_ca())
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// The public key with its algorithm (DER).
    pub(crate) fn public_key(&self) -> Result<Vec<u8>, Fault> {
        Ok(self.parsed()?.public_key().raw.to_vec())
    }

    fn parsed(&self) -> Result<X509Certificate<'_>, Fault> {
        match X509Certificate::from_der(&self.0) {
            Ok(([], parsed)) => Ok(parsed),
            Ok(_) => Err(Fault::Unreadable("bytes follow it".to_owned())),
            Err(error) => Err(Fault::Unreadable(error.to_string())),
        }
    }
}

fn common_name(name: &X509Name<'_>) -> Option<String> {
    let name = name.iter_common_name().next()?;
    name.as_str().ok().map(str::to_owned)
}

fn shown(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(address) => {
            let v4 = <[u8; 4]>::try_from(*address).map(IpAddr::from);
            let address = v4.or_else(|_| <[u8; 16]>::try_from(*address).map(IpAddr::from)).ok()?;
            Some(address.to_string())
        }
        _ => None,
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.pem())
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut all = Self::all_from_pem(&text).map_err(serde::de::Error::custom)?;
        Ok(all.swap_remove(0))
    }
}
