//! Who the appliance is over TLS, and whom it trusts.
//!
//! [`Identity`] is its private key and the certificates that were issued for it, the authorities whose certificates
//! clients may show, and the list of clients that are allowed. [`Authority`] issues certificates for tests.

mod authority;
mod certificate;
mod client;
mod identity;
mod key;

pub use authority::{Authority, Issued};
pub use certificate::{Certificate, Validity};
pub use client::Client;
pub use identity::Identity;
pub use key::PrivateKey;

/// Why a key or a certificate is refused.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no certificate in the text.
    #[error("there is no certificate in it: PEM with `BEGIN CERTIFICATE` is expected")]
    NoCertificate,
    /// There is no private key in the text.
    #[error(
        "there is no private key in it: PEM with `BEGIN PRIVATE KEY` (PKCS #8) is expected; \
         `openssl pkcs8 -topk8 -nocrypt` makes that of other forms"
    )]
    NoPrivateKey,
    /// It is no X.509 certificate.
    #[error("a certificate cannot be read: {0}")]
    Unreadable(String),
    /// The certificate belongs to another key.
    #[error("the certificate was not issued for the key of this appliance")]
    OtherKey,
    /// The certificate may not issue others.
    #[error("the certificate is not that of an authority")]
    NotAnAuthority,
    /// There is no key that a certificate could belong to.
    #[error("the appliance has no key")]
    NoKey,
    /// Names or keys that no certificate can have.
    #[error("no certificate can be made: {0}")]
    Issue(#[from] rcgen::Error),
}
