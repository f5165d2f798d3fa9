//! The audit log on disk: a folder with segments, to which entries are appended and in which nothing is changed.
//!
//! A segment is named after the first record that it may hold. It begins with a head (sixteen bytes that say what it is,
//! and the last link of the segment before) and marks that say all that is known of earlier records, so that the segments
//! before it can be removed when their records are deleted. Then come entries of 16 bytes, each with its link of 16.
//!
//! What was written survives the process at once, and the machine within a second. A process that is killed leaves at most
//! half an entry, which is cut off at the next start.

mod read;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::chain::{self, Chain, Link};
use super::entry::{self, Entry};

pub use read::Damage;
pub(super) use read::{Found, verify};

/// What a segment is.
const MAGIC: &[u8; 16] = b"strongroom audit";

/// Length of the head of a segment.
const HEAD: usize = MAGIC.len() + chain::LENGTH;

/// Length of an entry with its link.
const ENTRY: usize = entry::LENGTH + chain::LENGTH;

/// Length after which a new segment is begun.
const SEGMENT: u64 = 8192 * ENTRY as u64;

/// The journal, at its end.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    chain: Chain,
    /// Segments, oldest first: the first record that each may hold.
    segments: Vec<u64>,
    file: File,
    /// What is written for sure.
    length: u64,
    /// What is to be written.
    waiting: Vec<u8>,
    /// Link of the last record, if there is one in this segment.
    last: Option<Link>,
    /// Whether something is written that is not on the disk for sure.
    is_dirty: bool,
}

impl Journal {
    /// Goes on behind what was found, in a segment of its own that begins with `entries`.
    pub(super) fn begin(
        folder: &Path,
        key: &[u8; 32],
        found: &Found,
        entries: &[Entry],
    ) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut chain = Chain::new(key, found.link);
        let (file, length) = create(folder, found.start, &mut chain, entries)?;
        let mut segments = found.segments.clone();
        segments.push(found.start);
        let (folder, waiting) = (folder.to_owned(), Vec::new());
        Ok(Self { folder, chain, segments, file, length, waiting, last: None, is_dirty: false })
    }

    /// Links an entry. It is not written yet.
    pub(super) fn append(&mut self, entry: Entry) {
        link(&mut self.chain, entry, &mut self.waiting);
        if matches!(entry, Entry::Record(_)) {
            self.last = Some(*self.chain.link());
        }
    }

    /// The last link.
    pub(super) const fn link(&self) -> &Link {
        self.chain.link()
    }

    /// Link of the last record, if there is one in this segment.
    pub(super) const fn last(&self) -> Option<Link> {
        self.last
    }

    /// Writes all that is linked, in one go. What could not be written is tried again the next time.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // At a place of its own, so that half of an earlier attempt is overwritten.
        self.file.write_all_at(&self.waiting, self.length)?;
        self.length += self.waiting.len() as u64;
        self.waiting.clear();
        self.is_dirty = true;
        Ok(())
    }

    /// Writes to another file from now on.
    #[cfg(test)]
    pub(super) fn exchange(&mut self, file: File) -> File {
        core::mem::replace(&mut self.file, file)
    }

    /// Makes sure that what is written is on the disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if core::mem::take(&mut self.is_dirty) { self.file.sync_data() } else { Ok(()) }
    }

    /// Whether it is time for a new segment.
    pub(super) const fn is_long(&self) -> bool {
        self.length >= SEGMENT
    }

    /// Begins a new segment for the record `next`, with these marks at its head, and removes segments that end before the
    /// record `first`.
    pub(super) fn roll(&mut self, next: u64, first: u64, marks: &[Entry]) -> io::Result<()> {
        self.write()?;
        self.sync()?;
        if self.segments.last() != Some(&next) {
            let link = *self.chain.link();
            match create(&self.folder, next, &mut self.chain, marks) {
                Ok(created) => ((self.file, self.length), self.last) = (created, None),
                Err(error) => {
                    self.chain.resume(link);
                    return Err(error);
                }
            }
            self.segments.push(next);
        }
        self.forget(first)
    }

    /// Removes segments that end before a record.
    fn forget(&mut self, first: u64) -> io::Result<()> {
        while let [oldest, second, ..] = self.segments[..]
            && second <= first
        {
            fs::remove_file(path(&self.folder, oldest))?;
            self.segments.remove(0);
        }
        Ok(())
    }
}

/// Where the segment of a record is.
fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:016}.log"))
}

/// Begins a segment; gives its length, too. It is there with all these entries, or not at all.
fn create(
    folder: &Path,
    first: u64,
    chain: &mut Chain,
    entries: &[Entry],
) -> io::Result<(File, u64)> {
    let mut content = [&MAGIC[..], chain.link()].concat();
    for entry in entries {
        link(chain, *entry, &mut content);
    }
    let new = folder.join("new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&content)?;
    file.sync_data()?;
    fs::rename(new, path(folder, first))?;
    File::open(folder)?.sync_all()?;
    Ok((file, content.len() as u64))
}

/// Appends an entry and its link.
fn link(chain: &mut Chain, entry: Entry, to: &mut Vec<u8>) {
    let bytes = entry.bytes();
    to.extend_from_slice(&bytes);
    to.extend_from_slice(&chain.add(&bytes));
}
