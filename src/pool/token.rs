//! The secret that opens both doors of a pool.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::folder::create;

/// Random bytes of a new one.
const LENGTH: usize = 32;

/// A bearer token: printable text.
pub(super) struct Token(Zeroizing<String>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// Reads it from its file, or makes one that only the owner can read.
    pub(super) fn load(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) if text.trim().is_empty() => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the token is empty: remove the file, and a new one is made",
            )),
            Ok(text) => Ok(Self(Zeroizing::new(text.trim().to_owned()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut random = Zeroizing::new([0; LENGTH]);
                fs::File::open("/dev/urandom")?.read_exact(&mut random[..])?;
                let text = Zeroizing::new(hex::encode(&random[..]));
                create(path, text.as_bytes())?;
                Ok(Self(text))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether it is this one. How long that takes tells nothing but its length.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}
