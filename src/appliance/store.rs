//! Where the state is kept.

use std::{io, path::PathBuf};

/// A new state could not be kept, so the old one stays: in memory and on disk.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}; nothing is changed, the last state is still there", path.display())]
pub struct NotKept {
    path: PathBuf,
    #[source]
    error: io::Error,
}
