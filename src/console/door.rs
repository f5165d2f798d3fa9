//! Who is let in at a console: one party, by a credential that lies beside the socket.
//!
//! Sockets and credentials belong to users of the operating system: on one machine whoever is root reads all.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use appliance::Randomness;
use rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::Party;

/// What opens a door: 32 random bytes in hexadecimal digits.
pub struct Credential(Zeroizing<String>);

/// Without its digits.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

impl Credential {
    /// One that nobody has yet.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn generate() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let randomness = Randomness::from_system().map_err(io::Error::other)?;
        randomness.generator().fill_bytes(&mut bytes[..]);
        Ok(Self(Zeroizing::new(hex::encode(&bytes[..]))))
    }

    /// Where that of a socket lies: its name with `.token` behind it.
    pub fn beside(socket: &Path) -> PathBuf {
        let mut name = socket.file_name().unwrap_or_default().to_owned();
        name.push(".token");
        socket.with_file_name(name)
    }

    /// The one in a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(path)?);
        Ok(Self(Zeroizing::new(text.trim().to_owned())))
    }

    /// Puts it into a file that only its owner can read, in place of one that is there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(self.0.as_bytes())
    }

    /// Whether somebody presents it. How long that takes to tell depends on its length alone; an empty one opens nothing.
    pub fn is(&self, presented: &str) -> bool {
        !self.0.is_empty() && crypto::equal(self.0.as_bytes(), presented.as_bytes())
    }

    /// The digits, to be presented.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

/// Why somebody is not let in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAdmitted {
    /// He says nothing that is understood.
    #[error("nobody says who is there")]
    Unknown,
    /// It is the door of the other party; with where his is.
    #[error("{_0}")]
    OtherParty(String),
    /// What he presents does not open it.
    #[error(
        "The credential is missing or wrong: `strongroom console` presents that beside the socket to the appliance, and \
         only its owner can read it"
    )]
    Credential,
}

/// A door.
#[derive(Debug)]
pub struct Door {
    /// Who is let in.
    pub party: Party,
    /// By what.
    pub credential: Credential,
    /// What the other party is told: whose door this is, and where his is.
    pub elsewhere: String,
}

impl Door {
    /// Whether somebody who says so is let in.
    pub(crate) fn admits(&self, party: Party, presented: &str) -> Result<(), NotAdmitted> {
        let Self { party: own, credential, elsewhere } = self;
        if party != *own {
            return Err(NotAdmitted::OtherParty(elsewhere.clone()));
        }
        if credential.is(presented) { Ok(()) } else { Err(NotAdmitted::Credential) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_party_is_let_in_by_its_credential() {
        let credential = Credential::generate().expect("random numbers");
        let digits = credential.digits().to_owned();
        assert_eq!((digits.len(), format!("{credential:?}")), (64, "Credential".to_owned()));
        let elsewhere = "the other door".to_owned();
        let door = Door { party: Party::Tenant, credential, elsewhere: elsewhere.clone() };
        assert_eq!(door.admits(Party::Tenant, &digits), Ok(()));
        let other = NotAdmitted::OtherParty(elsewhere);
        assert_eq!(door.admits(Party::Provider, &digits), Err(other));
        for wrong in ["", &digits[1..], &digits.to_uppercase(), &"0".repeat(64)] {
            assert_eq!(door.admits(Party::Tenant, wrong), Err(NotAdmitted::Credential));
        }
        let door = Door { credential: Credential(Zeroizing::default()), ..door };
        assert_eq!(door.admits(Party::Tenant, ""), Err(NotAdmitted::Credential));
    }
}
