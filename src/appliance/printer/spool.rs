//! A folder in which each document becomes a text file: `000001.txt`, `000002.txt`.
//!
//! A file appears whole, under its name, and only its owner can read it: documents hold clear keys
//! and PINs.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::fs::{Access, access, statvfs};

use super::Device;
use crate::Document;

/// How many numbers are tried that another Strongroom has taken meanwhile.
const ATTEMPTS: usize = 1_000;

/// A folder for documents.
pub(super) struct Spool {
    folder: PathBuf,
    /// Number of the next document, once the folder was seen.
    next: Option<u64>,
}

impl Spool {
    /// This folder, which is made if it does not exist. Whether that works is told by a look at it.
    pub(super) fn new(folder: PathBuf) -> Self {
        if let Err(error) = DirBuilder::new().mode(0o700).create(&folder)
            && error.kind() != ErrorKind::AlreadyExists
        {
            tracing::warn!("{} cannot be made: {error}", folder.display());
        }
        Self { folder, next: None }
    }

    /// A new file that is not under its name yet, and the two paths.
    fn begin(&mut self) -> io::Result<(File, PathBuf, PathBuf)> {
        let next = self.next.map_or_else(|| next(&self.folder), Ok)?;
        for number in (next..).take(ATTEMPTS) {
            let name = self.folder.join(format!("{number:06}.txt"));
            let hidden = self.folder.join(format!(".{number:06}.part"));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&hidden) {
                // The hidden file reserves the number, and its last holder has made a file of it.
                Ok(file) if !name.try_exists()? => {
                    self.next = Some(number + 1);
                    return Ok((file, hidden, name));
                }
                Ok(_) => fs::remove_file(&hidden)?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

impl Device for Spool {
    fn look(&self) -> io::Result<()> {
        takes_files(&self.folder)
    }

    fn print(&mut self, document: &Document, _: Duration) -> io::Result<()> {
        let (mut file, hidden, name) = self.begin()?;
        let written = file.write_all(document.text()).and_then(|()| file.sync_all());
        drop(file);
        written.and_then(|()| fs::rename(&hidden, name)).inspect_err(|_| {
            // What cannot be written whole is not left behind, if that can be helped.
            let _ = fs::remove_file(&hidden);
        })
    }
}

/// Whether files can be put there, as far as the system says.
pub(super) fn takes_files(folder: &Path) -> io::Result<()> {
    if !fs::metadata(folder)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    let space = statvfs(folder)?;
    // Some file systems do not count.
    if space.f_blocks > 0 && space.f_bavail == 0 {
        return Err(ErrorKind::StorageFull.into());
    }
    Ok(())
}

/// The number behind the highest that is in use.
fn next(folder: &Path) -> io::Result<u64> {
    let mut next = 1;
    for entry in fs::read_dir(folder)? {
        if let Some(number) = number(&entry?.file_name()) {
            next = next.max(number + 1);
        }
    }
    Ok(next)
}

/// Number of a document, if it is the name of one.
fn number(name: &std::ffi::OsStr) -> Option<u64> {
    name.to_str()?.strip_suffix(".txt")?.parse().ok()
}
