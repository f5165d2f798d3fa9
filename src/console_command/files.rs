//! Where the provider keeps evidence: files in the folder in which he sits.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path};

use console::{Drawer, Outcome, Stop};

/// Files of the working directory. None is overwritten.
#[derive(Debug)]
pub(super) struct Files;

/// The console of a pool asks for names that were typed there; it gets nothing else.
fn checked(name: &str) -> Outcome<&Path> {
    let path = Path::new(name);
    let mut parts = path.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) => Ok(path),
        _ => Stop::no("Name a file without folders"),
    }
}

impl Drawer for Files {
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>> {
        match fs::read(checked(name)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Stop::no(format!("{name}: {error}")),
        }
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Outcome {
        let path = checked(name)?;
        let written =
            OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
        match written {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Stop::no(format!("{name} is there already; name another file"))
            }
            outcome => outcome.or_else(|error| Stop::no(format!("{name}: {error}"))),
        }
    }
}
