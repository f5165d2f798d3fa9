//! Clients that may connect.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Certificate;

/// A client by what its certificate says: written as its common name, its whole subject (`CN=switch, O=Bank`), or the
/// SHA-256 fingerprint of the certificate in 64 hexadecimal digits (colons between bytes may stand there).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Client {
    /// Any certificate of a trusted authority with this common name.
    CommonName(String),
    /// Any certificate of a trusted authority with this subject.
    Subject(String),
    /// This certificate.
    Fingerprint([u8; 32]),
}

impl Client {
    /// Whether a certificate is that of this client.
    pub fn has(&self, certificate: &Certificate) -> bool {
        match self {
            Self::CommonName(name) => certificate.common_name().as_ref() == Some(name),
            Self::Subject(subject) => certificate.subject() == *subject,
            Self::Fingerprint(fingerprint) => certificate.fingerprint() == *fingerprint,
        }
    }
}

impl FromStr for Client {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = text.replace(':', "");
        let mut fingerprint = [0; 32];
        match text {
            "" => Err("a client is a common name, a subject or a fingerprint"),
            _ if hex::decode_to_slice(&digits, &mut fingerprint).is_ok() => {
                Ok(Self::Fingerprint(fingerprint))
            }
            _ if text.contains('=') => Ok(Self::Subject(text.to_owned())),
            _ => Ok(Self::CommonName(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Client {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Client> for String {
    fn from(client: Client) -> Self {
        client.to_string()
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommonName(text) | Self::Subject(text) => f.write_str(text),
            Self::Fingerprint(fingerprint) => f.write_str(&hex::encode_upper(fingerprint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_read_as_it_is_shown() {
        let digits = "0A".repeat(32);
        for (text, client) in [
            ("switch", Client::CommonName("switch".to_owned())),
            ("CN=switch, O=Bank", Client::Subject("CN=switch, O=Bank".to_owned())),
            (&digits, Client::Fingerprint([10; 32])),
        ] {
            assert_eq!(text.parse(), Ok(client.clone()));
            assert_eq!(client.to_string(), text);
        }
        let colons = ["0a"; 32].join(":");
        assert_eq!(colons.parse(), Ok(Client::Fingerprint([10; 32])));
        assert!("  ".parse::<Client>().is_err());
        // One byte too few is a name like any other.
        assert!(matches!(digits[2..].parse(), Ok(Client::CommonName(_))));
    }
}
