//! Giving the appliance back: everything that belongs to its tenant is erased.
//!
//! That this is to be done is on the disk before anything is erased, so that it is done whatever happens: a start that
//! finds the order carries it out before anything else. What is sealed is erased by destroying the root key, which is
//! written over, removed, and gone from its folder; that files are written over and removed, and memory is wiped, comes on
//! top. (Logs are not sealed. Where a disk does not write in place, or a file was replaced before, blocks of them may stay.)
//! The order stays until whoever gave it has noted elsewhere, as evidence, what was erased.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Folders, GENERATION, OTHERS, ROOT_KEY, STATE, StoreFault, disk};

/// File of the order.
pub(super) const ORDER: &str = "release";

/// A class of what belongs to the tenant, and how it was erased.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Erased {
    /// What.
    pub class: String,
    /// How many there were.
    pub count: u64,
    /// How.
    pub method: Method,
}

/// How something is erased.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Its key is destroyed, and memory that held it is wiped.
    CryptoErase,
    /// It was in memory only, which is wiped.
    Wipe,
    /// The place where it is kept is overwritten and removed.
    Overwrite,
    /// Files are written over and removed.
    Remove,
}

impl Erased {
    pub(crate) fn new(class: &str, count: usize, method: Method) -> Self {
        Self { class: class.to_owned(), count: u64::try_from(count).unwrap_or(u64::MAX), method }
    }
}

/// Whether a file of the folder of the state is no state, and to be removed all the same.
pub(super) fn is_other(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    name != STATE && OTHERS.iter().all(|other| name != *other)
}

/// A release that is carried out: nothing of the tenant is left.
#[derive(Debug)]
pub struct Release {
    folders: Folders,
    order: Order,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Order {
    by: String,
    erased: Vec<Erased>,
}

impl Release {
    /// Notes that all is to be erased. From here on there is no way back.
    pub(super) fn begin(folders: &Folders, by: &str, erased: Vec<Erased>) -> io::Result<Self> {
        let order = Order { by: by.to_owned(), erased };
        let text = serde_json::to_vec(&order)?;
        disk::replace(&folders.state, ORDER, &[&text])?;
        Ok(Self { folders: folders.clone(), order })
    }

    /// Carries out a release that was begun; none where none was.
    pub(super) fn resume(folders: &Folders) -> Result<Option<Self>, StoreFault> {
        let path = folders.state.join(ORDER);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreFault::Release(path, error)),
        };
        // An order that cannot be read is one all the same.
        let order = serde_json::from_slice(&text)
            .unwrap_or_else(|_| Order { by: "not known".to_owned(), erased: Vec::new() });
        let release = Self { folders: folders.clone(), order };
        release.erase().map_err(|(path, error)| StoreFault::Release(path, error))?;
        Ok(Some(release))
    }

    /// Destroys the root key, then erases all files but the order. Where it was interrupted, it can be done again.
    pub(crate) fn erase(&self) -> Result<(), (PathBuf, io::Error)> {
        let Folders { state, root_key } = &self.folders;
        let key = root_key.join(ROOT_KEY);
        for path in [&key, &root_key.join(format!("{ROOT_KEY}.new"))] {
            disk::overwrite(path)
                .and_then(|()| disk::remove(path))
                .map_err(|error| (path.clone(), error))?;
        }
        disk::sync(root_key).map_err(|error| (root_key.clone(), error))?;
        let at = |error| (state.clone(), error);
        disk::erase(&state.join(STATE)).map_err(at)?;
        for entry in fs::read_dir(state).map_err(at)? {
            let entry = entry.map_err(at)?;
            let name = entry.file_name();
            if name != ORDER && OTHERS.iter().all(|other| name != *other) {
                disk::erase(&entry.path()).map_err(at)?;
            }
        }
        disk::sync(state).map_err(at)?;
        for name in [GENERATION.to_owned(), format!("{GENERATION}.new")] {
            let path = root_key.join(name);
            disk::remove(&path).map_err(|error| (path, error))?;
        }
        disk::sync(root_key).map_err(|error| (root_key.clone(), error))
    }

    /// Who gave the order, in the words that it was given.
    pub fn by(&self) -> &str {
        &self.order.by
    }

    /// What was erased.
    pub fn erased(&self) -> &[Erased] {
        &self.order.erased
    }

    /// Removes the order, once the evidence is kept elsewhere. The next start is that of an appliance as delivered.
    ///
    /// # Errors
    /// Those of the disk; then the order is still there.
    pub fn settle(self) -> io::Result<()> {
        disk::remove(&self.folders.state.join(ORDER))?;
        disk::sync(&self.folders.state)
    }
}
