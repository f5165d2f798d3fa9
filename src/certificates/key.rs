//! Private keys.

use core::fmt;

use rcgen::{KeyPair, PublicKeyData};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Certificate, Fault};

/// The label of PKCS #8 in PEM.
const LABEL: &str = "PRIVATE KEY";

/// A private key in PKCS #8 (DER), wiped when it is dropped.
pub struct PrivateKey(Zeroizing<Vec<u8>>);

impl PrivateKey {
    /// A new key on the curve P-256, from the system's random generator.
    ///
    /// # Errors
    /// [`Fault::Issue`] if the system gives no random numbers.
    pub fn generate() -> Result<Self, Fault> {
        let mut pair = KeyPair::generate()?;
        let key = Self(Zeroizing::new(pair.serialized_der().to_vec()));
        pair.zeroize();
        Ok(key)
    }

    /// Reads the first private key of a PEM text.
    ///
    /// # Errors
    /// [`Fault::NoPrivateKey`], also for kinds of keys that TLS has no use for.
    pub fn from_pem(text: &str) -> Result<Self, Fault> {
        let blocks = pem::parse_many(text).map_err(|_| Fault::NoPrivateKey)?;
        let mut found = None;
        for block in blocks {
            let is_key = block.tag() == LABEL;
            let contents = Zeroizing::new(block.into_contents());
            if is_key && found.is_none() {
                found = Some(Self(contents));
            }
        }
        let key = found.ok_or(Fault::NoPrivateKey)?;
        key.with_pair(|_| ()).map_err(|_| Fault::NoPrivateKey)?;
        Ok(key)
    }

    /// The key in PEM.
    pub fn pem(&self) -> Zeroizing<String> {
        let block = pem::Pem::new(LABEL, self.0.to_vec());
        let text = Zeroizing::new(pem::encode_config(&block, line_feeds()));
        Zeroizing::new(block.into_contents());
        text
    }

    /// PKCS #8.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// Whether a certificate was issued for it.
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        let public = self.with_pair(PublicKeyData::subject_public_key_info);
        public.is_ok_and(|public| certificate.public_key().is_ok_and(|of| of == public))
    }

    /// Lends the key to the library that signs with it.
    pub(crate) fn with_pair<T>(&self, work: impl FnOnce(&KeyPair) -> T) -> Result<T, Fault> {
        let mut pair = KeyPair::try_from(&self.0[..])?;
        let done = work(&pair);
        pair.zeroize();
        Ok(done)
    }
}

/// Lines end as everywhere else here.
pub(crate) fn line_feeds() -> pem::EncodeConfig {
    pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF)
}

/// Without the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// Whoever writes it down seals what was written.
impl Serialize for PrivateKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(&self.0[..])))
    }
}

impl<'de> Deserialize<'de> for PrivateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = Zeroizing::new(String::deserialize(deserializer)?);
        let key = hex::decode(&digits[..]).map_err(serde::de::Error::custom)?;
        Ok(Self(Zeroizing::new(key)))
    }
}
