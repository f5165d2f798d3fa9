//! Reading the audit log back, and finding what is wrong with it.

use std::{fmt, fs, io, path::Path};

use super::{ENTRY, HEAD, MAGIC, path};
use crate::audit::CAPACITY;
use crate::audit::chain::{Chain, Link};
use crate::audit::end::{Cut, End};
use crate::audit::entry::{self, Entry, Mark};

/// The first record that is not as it was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Damage {
    /// Number of the record, counted from the first one ever.
    pub record: u64,
    /// Value of the audit counter that it should have; none of a record that is missing.
    pub counter: Option<u32>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.counter {
            Some(counter) => {
                write!(
                    f,
                    "audit record {} (counter {counter:08X}) is not as it was written",
                    self.record
                )
            }
            None => write!(f, "audit record {} is missing", self.record),
        }
    }
}

/// What the segments hold.
#[derive(Debug)]
pub(in crate::audit) struct Found {
    /// Entries in order.
    pub(in crate::audit) entries: Vec<Entry>,
    /// Entries among them that are not on disk any more and have to be written again.
    pub(in crate::audit) again: usize,
    /// Segments that stay as they are, oldest first.
    pub(super) segments: Vec<u64>,
    /// Where the log goes on.
    pub(in crate::audit) start: u64,
    /// The link before that.
    pub(super) link: Link,
    /// Number of the next record.
    next: u64,
    /// The first record that is not deleted.
    first: u64,
    /// Audit counter of the next record.
    counter: u32,
    /// Bytes of half an entry, which were cut off.
    pub(in crate::audit) torn: u64,
    /// The end that the log is known to have had, and whether it was found there.
    end: Option<End>,
    is_end_seen: bool,
    /// Where the log is not as it was written. What follows is set aside.
    pub(in crate::audit) damage: Option<Damage>,
}

impl Found {
    const fn nothing() -> Self {
        Self {
            entries: Vec::new(),
            again: 0,
            segments: Vec::new(),
            start: 1,
            link: [0; size_of::<Link>()],
            next: 1,
            first: 1,
            counter: 1,
            torn: 0,
            end: None,
            is_end_seen: false,
            damage: None,
        }
    }

    /// Reads the segments of a folder. What is torn or damaged is set aside, so that the log can go on.
    pub(in crate::audit) fn read(
        folder: &Path,
        key: &[u8; 32],
        end: Option<End>,
    ) -> io::Result<Self> {
        let mut found = Self { end, ..Self::nothing() };
        let names = segments(folder)?;
        for (at, name) in names.iter().enumerate() {
            let bytes = fs::read(path(folder, *name))?;
            found.start = if at == 0 { *name } else { found.next };
            let (entries, link) = (found.entries.len(), found.link);
            found.segment(
                *name,
                &bytes,
                &mut Chain::new(key, Link::default()),
                at == 0,
                at + 1 == names.len(),
            );
            if found.damage.is_some() {
                (found.link, found.again) = (link, found.entries.len() - entries);
                // No number is given twice.
                let last = *names.last().unwrap_or(name);
                let longest = fs::metadata(path(folder, last))?.len() / ENTRY as u64;
                found.entries.push(Entry::Mark(Mark::Number(found.next.max(last + longest))));
                found.again += 1;
                set_aside(folder, &names[at..])?;
                return Ok(found);
            }
            found.segments.push(*name);
        }
        found.notice_missing(&names);
        // Whatever stands before the oldest segment was deleted.
        found.is_end_seen |= end.is_some_and(|end| names.first().is_some_and(|it| *it >= end.next));
        if let Some(last) = found.segments.last().copied() {
            if found.torn > 0 {
                let file = fs::OpenOptions::new().write(true).open(path(folder, last))?;
                file.set_len(file.metadata()?.len() - found.torn)?;
                file.sync_all()?;
            }
            if last == found.next {
                // Without a record it is replaced by the one that follows.
                found.segments.pop();
                let head = fs::read(path(folder, last))?;
                found.link.copy_from_slice(&head[MAGIC.len()..HEAD]);
            }
        }
        found.start = found.next;
        Ok(found)
    }

    /// What is missing at the end, and the end that the log should have.
    pub(in crate::audit) fn cut(&self) -> Option<(Cut, End)> {
        // Damage is told instead.
        let end = self.end.filter(|_| !self.is_end_seen && self.damage.is_none())?;
        let first = self.next.max(end.first);
        (first < end.next).then_some((Cut { first, last: end.next - 1 }, end))
    }

    const fn here(&self) -> Damage {
        Damage { record: self.next, counter: Some(self.counter) }
    }

    /// Takes a segment in, up to the damage if there is any.
    fn segment(
        &mut self,
        name: u64,
        bytes: &[u8],
        chain: &mut Chain,
        is_first: bool,
        is_last: bool,
    ) {
        // What comes before the first segment is deleted.
        if is_first {
            self.next = name;
        }
        if self.entries_of(name, bytes, chain, is_first).is_none() || (self.torn > 0 && !is_last) {
            self.damage = Some(self.here());
        }
    }

    fn entries_of(
        &mut self,
        name: u64,
        bytes: &[u8],
        chain: &mut Chain,
        is_first: bool,
    ) -> Option<()> {
        let (head, body) = bytes.split_at_checked(HEAD)?;
        let (magic, link) = head.split_at(MAGIC.len());
        let link = Link::try_from(link).ok()?;
        if magic != MAGIC || name != self.next || (!is_first && link != self.link) {
            return None;
        }
        chain.resume(link);
        self.link = link;
        let (entries, torn) = body.as_chunks::<ENTRY>();
        for (at, whole) in entries.iter().enumerate() {
            let (bytes, link) = whole.split_at(entry::LENGTH);
            let (bytes, link) = (bytes.try_into().ok()?, link.try_into().ok()?);
            if !chain.follows(bytes, link) {
                return None;
            }
            let entry = Entry::read(*bytes)?;
            if at == 0 && entry != Entry::Mark(Mark::Number(name)) {
                return None;
            }
            self.link = *link;
            self.take(entry)?;
            self.is_end_seen |=
                self.end.is_some_and(|end| end.next == self.next && end.link == self.link);
            self.entries.push(entry);
        }
        self.torn = torn.len() as u64;
        (!entries.is_empty()).then_some(())
    }

    fn take(&mut self, entry: Entry) -> Option<()> {
        match entry {
            Entry::Record(record) => {
                self.counter = record.counter.wrapping_add(1);
                self.next += 1;
                self.first = self.first.max(self.next.saturating_sub(CAPACITY as u64));
            }
            Entry::Mark(Mark::Counter(counter)) => self.counter = counter,
            Entry::Mark(Mark::First(first)) => self.first = first,
            Entry::Mark(Mark::Number(next)) if next < self.next => return None,
            Entry::Mark(Mark::Number(next)) => self.next = next,
            Entry::Mark(Mark::Retrieved(_) | Mark::Archived(_)) => {}
        }
        Some(())
    }

    /// Notices that records are missing at the beginning that nobody has deleted.
    fn notice_missing(&mut self, names: &[u64]) {
        if let Some(oldest) = names.first()
            && self.first < *oldest
        {
            self.damage = Some(Damage { record: self.first, counter: None });
        }
    }
}

/// Checks what is on the disk against the key: the number of records, or the first that is not as it was written.
/// `link` is the last one, if that is known.
pub(in crate::audit) fn verify(
    folder: &Path,
    key: &[u8; 32],
    link: Option<&Link>,
) -> io::Result<Result<u64, Damage>> {
    let mut found = Found::nothing();
    let names = segments(folder)?;
    for (at, name) in names.iter().enumerate() {
        let bytes = fs::read(path(folder, *name))?;
        found.segment(*name, &bytes, &mut Chain::new(key, Link::default()), at == 0, false);
        if found.damage.is_some() {
            break;
        }
    }
    if found.damage.is_none() {
        found.notice_missing(&names);
    }
    if found.damage.is_none() && link.is_some_and(|link| found.link != *link) {
        found.damage = Some(Damage { record: found.next, counter: None });
    }
    let records = found.entries.iter().filter(|entry| matches!(entry, Entry::Record(_)));
    Ok(found.damage.map_or_else(|| Ok(records.count() as u64), Err))
}

/// Renames segments, so that they stay as evidence and are not read again.
fn set_aside(folder: &Path, names: &[u64]) -> io::Result<()> {
    for name in names {
        let path = path(folder, *name);
        let mut aside = path.with_extension("damaged");
        let mut copy = 1;
        while aside.exists() {
            copy += 1;
            aside = path.with_extension(format!("damaged-{copy}"));
        }
        fs::rename(path, aside)?;
    }
    Ok(())
}

/// The first records of all segments, oldest first.
fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut segments = Vec::new();
    for file in files {
        let name = file?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".log"));
        segments.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    segments.sort_unstable();
    Ok(segments)
}
