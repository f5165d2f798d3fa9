//! Why a state is not opened, or not kept.

use std::io;
use std::path::PathBuf;

use super::header::VERSION;
use crate::SerialNumber;

/// A new state could not be kept, so the old one stays: in memory and on disk.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}; nothing is changed, the last state is still there", path.display())]
pub struct NotKept {
    path: PathBuf,
    #[source]
    error: io::Error,
}

impl NotKept {
    pub(super) const fn new(path: PathBuf, error: io::Error) -> Self {
        Self { path, error }
    }
}

/// Why a state is not opened. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// A file or folder cannot be read or written.
    #[error("{}: {_1}; the appliance must be able to read and write there", _0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Another process has the folder.
    #[error("{}: another server uses this folder; stop it, or choose another folder", _0.display())]
    InUse(PathBuf),
    /// The root key is to be in the folder of the state.
    #[error(
        "{}: the root key needs a folder of its own, outside of that of the state, else a backup of the state holds its \
         key; name another",
        _0.display()
    )]
    SameFolder(PathBuf),
    /// There is no root key for the state.
    #[error(
        "{}: there is no root key, without which {} cannot be opened; put the root key back, or move the state away to \
         begin anew",
        _0.display(),
        _1.display()
    )]
    NoRootKey(PathBuf, PathBuf),
    /// There is no state for the root key.
    #[error(
        "{}: there is no state, but there was one of generation {_1}; put it back, or move the folder of the root key \
         away to begin anew",
        _0.display()
    )]
    NoState(PathBuf, u64),
    /// The file of the root key is readable by others.
    #[error("{}: the root key can be read by others; if nobody has, make it its owner's: chmod 600", _0.display())]
    Exposed(PathBuf),
    /// The file of the root key does not hold 32 bytes.
    #[error("{}: this is not a root key, which has 32 bytes; put the root key back", _0.display())]
    RootKey(PathBuf),
    /// The generation beside the root key is missing or no number.
    #[error(
        "{}: the generation of the last state is missing or damaged, so an old state would not be found; put the file \
         back as it was",
        _0.display()
    )]
    Generation(PathBuf),
    /// The file is something else.
    #[error("{}: this is not a state of an appliance; move it away, or choose another folder", _0.display())]
    NotAState(PathBuf),
    /// It is of a later release.
    #[error(
        "{}: a later release wrote this state (version {_1}, and this release reads {VERSION}); use that release",
        _0.display()
    )]
    Newer(PathBuf, u16),
    /// The end is missing.
    #[error("{}: the state is cut short; put back the last backup of the same generation", _0.display())]
    Truncated(PathBuf),
    /// It is the state of another appliance.
    #[error(
        "{}: this is the state of another appliance, {}, and this one is {_2}; put back its own, or say --serial-number",
        _0.display(),
        _1.escape_ascii()
    )]
    Foreign(PathBuf, [u8; 12], SerialNumber),
    /// The root key does not fit.
    #[error(
        "{}: the root key in {} does not open this state: one of them is altered, or they do not belong together; put \
         back the two that do",
        _0.display(),
        _1.display()
    )]
    OtherKey(PathBuf, PathBuf),
    /// Something in it is altered.
    #[error("{}: the state is altered; put back the last backup of the same generation", _0.display())]
    Altered(PathBuf),
    /// It is not the last one.
    #[error(
        "{}: this is an old state, of generation {_1}, and the last one was {_2}; put that one back",
        _0.display()
    )]
    RolledBack(PathBuf, u64, u64),
    /// It is whole, but this release does not understand it.
    #[error("{}: this release does not understand the state: {_1}; use the release that wrote it", _0.display())]
    Unreadable(PathBuf, String),
    /// A release that was begun cannot be brought to its end.
    #[error("{}: {_1}; the release of this appliance goes on with the next start", _0.display())]
    Release(PathBuf, #[source] io::Error),
}
