//! The logs of an appliance that keeps its state: a folder and a file beside it.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use vault::sealed::DataKey;
use zeroize::Zeroizing;

use crate::{AuditLog, End, ErrorLog, Opened};

/// Folder of the audit log.
const AUDIT: &str = "audit";

/// File of the error log.
const ERRORS: &str = "errors";

/// File in the folder of the audit log with its key, sealed, and what it is sealed for.
const KEY: &str = "key";
const CONTEXT: &[u8] = b"strongroom audit log key";

/// The logs, and what was wrong with them.
#[derive(Debug)]
pub struct Logs {
    pub(super) audit: AuditLog,
    pub(super) opened: Opened,
    pub(super) errors: ErrorLog,
}

impl Logs {
    /// The logs in the folder of a state, which says where the audit log ended. The data key of the state protects the key of
    /// the audit log.
    ///
    /// A log whose key is gone, or was sealed by another data key, is one that was tampered with: it is told, and set aside.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn open(state: &Path, data_key: &DataKey, end: Option<End>) -> io::Result<Self> {
        let folder = state.join(AUDIT);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let key = match read_key(&folder, data_key)? {
            Some(key) => key,
            None => make_key(&folder, data_key)?,
        };
        let errors = ErrorLog::open(state.join(ERRORS), &key)?;
        let (audit, opened) = AuditLog::open(&folder, key, end)?;
        Ok(Self { audit, opened, errors })
    }

    /// Records that were there.
    pub const fn opened(&self) -> &Opened {
        &self.opened
    }
}

/// The key, if there is one that can be opened.
fn read_key(folder: &Path, data_key: &DataKey) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
    let sealed = match fs::read(folder.join(KEY)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        sealed => sealed?,
    };
    let opened = data_key.open(CONTEXT, &sealed).ok();
    Ok(opened.and_then(|key| key.as_slice().try_into().ok().map(Zeroizing::new)))
}

/// Draws another key.
fn make_key(folder: &Path, data_key: &DataKey) -> io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut key[..]).map_err(io::Error::other)?;
    let sealed = data_key.seal(CONTEXT, &key[..]).map_err(io::Error::other)?;
    let new = folder.join("key.new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&sealed)?;
    file.sync_all()?;
    fs::rename(new, folder.join(KEY))?;
    fs::File::open(folder)?.sync_all()?;
    Ok(key)
}
