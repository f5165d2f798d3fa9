//! Where officers keep their smart cards.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use crate::{Outcome, Stop};

/// Smart cards by name. What is on them is sealed by their PINs.
pub trait Drawer {
    /// What is on a card; none if there is no such card.
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>>;

    /// Writes a card.
    fn put(&mut self, name: &str, sealed: &[u8]) -> Outcome;
}

/// A folder with a file for each card, which belongs to the customer.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    fn path(&self, name: &str) -> Option<PathBuf> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (!name.is_empty() && name.len() <= 64 && name.bytes().all(fits))
            .then(|| self.0.join(format!("{name}.card")))
    }
}

impl Drawer for Folder {
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>> {
        let Some(path) = self.path(name) else { return Ok(None) };
        match fs::read(path) {
            Ok(sealed) => Ok(Some(sealed)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Stop::no(format!("Smartcard error: {error}")),
        }
    }

    fn put(&mut self, name: &str, sealed: &[u8]) -> Outcome {
        let Some(path) = self.path(name) else {
            return Stop::no("Names of cards are letters, digits, - and _");
        };
        let written = fs::create_dir_all(&self.0).and_then(|()| {
            let mut options = fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
            file.write_all(sealed)?;
            file.sync_all()
        });
        written.or_else(|error| Stop::no(format!("Smartcard error: {error}")))
    }
}

impl Drawer for Box<dyn Drawer> {
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>> {
        (**self).take(name)
    }

    fn put(&mut self, name: &str, sealed: &[u8]) -> Outcome {
        (**self).put(name, sealed)
    }
}

/// In memory, for tests.
impl Drawer for BTreeMap<String, Vec<u8>> {
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>> {
        Ok(self.get(name).cloned())
    }

    fn put(&mut self, name: &str, sealed: &[u8]) -> Outcome {
        self.insert(name.to_owned(), sealed.to_owned());
        Ok(())
    }
}
