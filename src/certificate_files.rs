//! Certificates in files, as `strongroom certificates` writes them.

use std::fs;
use std::path::Path;

use certificates::{Certificate, Identity, PrivateKey};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The identity in a folder: `server.pem`, `server.key` and `ca.pem`.
pub(crate) fn identity(folder: &Path) -> Result<Identity, Failure> {
    let chain = certificates(&folder.join("server.pem"))?;
    let key = key(&folder.join("server.key"))?;
    let authorities = certificates(&folder.join("ca.pem"))?;
    Identity::new(key, chain, authorities).map_err(|fault| told(folder, fault))
}

/// What a client has in a folder: `ca.pem`, `client.pem` and `client.key`.
pub(crate) struct Client {
    /// Authorities that it trusts.
    pub(crate) authorities: Vec<Certificate>,
    /// Its certificate, and those between it and the root.
    pub(crate) chain: Vec<Certificate>,
    /// Its key.
    pub(crate) key: PrivateKey,
}

impl Client {
    /// Reads the files of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        Ok(Self {
            authorities: certificates(&folder.join("ca.pem"))?,
            chain: certificates(&folder.join("client.pem"))?,
            key: key(&folder.join("client.key"))?,
        })
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| told(path, error))?;
    Certificate::all_from_pem(&text).map_err(|fault| told(path, fault))
}

fn key(path: &Path) -> Result<PrivateKey, Failure> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| told(path, error))?);
    PrivateKey::from_pem(&text).map_err(|fault| told(path, fault))
}

fn told(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format_args!(
        "{}: {error}; `strongroom certificates` makes a folder of certificates",
        path.display()
    ))
}
