//! The audit log: what was done with the device, record by record.
//!
//! An event is queued by whoever it happens to, at the cost of an entry in a list. Then it is recorded: by a thread that
//! looks many times a second, or by whoever wants to see the log. Recording gives the record its counter and links it to the
//! one before it; all that waits is written in one go. Nobody is shown, and no host retrieves, what is not written.

mod action;
mod book;
mod chain;
mod end;
mod entry;
mod journal;
mod options;
mod printed;
mod record;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use vault::Moment;
use zeroize::Zeroizing;

pub use action::Action;
pub use book::{CAPACITY, Numbered};
pub use end::{Cut, End};
pub use journal::Damage;
pub use options::{AuditOptions, CommandSet, WhenFull};
pub use printed::{HEADING, printed_records};
pub use record::{Event, Fate, Kind, Record};

use book::Book;
use entry::{Entry, Mark};
use journal::{Found, Journal};

/// Records of which the user is warned: 80 per cent of all. Source: manual.
const WARNING: usize = CAPACITY / 10 * 8;

/// Events that may wait before whoever adds one records them all.
const QUEUE: usize = 16 * 1024;

/// Records that one command prints or deletes at most. Source: manual.
pub const AT_ONCE: usize = 2000;

/// The log is not written, because the disk fails; nothing of it is shown before it is.
#[derive(Debug, thiserror::Error)]
#[error("the audit log cannot be written: {0}")]
pub struct NotWritten(#[from] io::Error);

/// How full the log is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Room {
    /// Less than 80 per cent.
    Enough,
    /// 80 per cent or more.
    Little,
    /// There is none.
    None,
}

/// What is found when a log is opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Opened {
    /// Records that are there.
    pub records: usize,
    /// Bytes of half a record that was cut off.
    pub torn: u64,
    /// What was cut off at its end.
    pub cut: Option<Cut>,
    /// Where it is not as it was written. What could not be read is set aside in files of its own.
    pub damage: Option<Damage>,
}

/// What happened when events were recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    /// The records, if somebody follows the log.
    pub(crate) records: Vec<Record>,
    /// Events for which there was no room.
    pub(crate) lost: usize,
    /// Whether the log is now so full that the user is to be warned.
    pub(crate) is_warned: bool,
}

/// The audit log.
#[derive(Debug)]
pub struct AuditLog {
    queue: Mutex<Queue>,
    came: Condvar,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Queue {
    events: Vec<(Option<Moment>, Event)>,
    /// Whether a thread waits for the first event.
    is_waited_for: bool,
}

#[derive(Debug)]
struct Kept {
    book: Book,
    store: Option<Store>,
    /// A list to exchange for that of the queue.
    spare: Vec<(Option<Moment>, Event)>,
}

#[derive(Debug)]
struct Store {
    journal: Journal,
    /// What is on the disk for sure.
    end: Option<End>,
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

impl Default for AuditLog {
    /// In memory.
    fn default() -> Self {
        Self::of(Book::new(), None)
    }
}

impl AuditLog {
    /// The log in this folder, whose links were made with this key, and which is known to have had this end. What is wrong
    /// with it is told, and the log goes on.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn open(
        folder: &Path,
        key: Zeroizing<[u8; 32]>,
        end: Option<End>,
    ) -> io::Result<(Self, Opened)> {
        let found = Found::read(folder, &key, end)?;
        let (kept, again) = found.entries.split_at(found.entries.len() - found.again);
        let mut book = Book::new();
        for entry in kept {
            book.apply(*entry);
        }
        let mut entries = book.marks().to_vec();
        for entry in again {
            book.apply(*entry);
        }
        if !again.is_empty() {
            // The segment that they were in begins anew.
            entries = again.to_vec();
            let begin = Entry::Mark(Mark::Number(found.start));
            if entries.first() != Some(&begin) {
                entries.insert(0, begin);
            }
            entries.extend(book.marks());
        }
        let cut = found.cut();
        if let Some((_, end)) = cut {
            // No number is given twice.
            for mark in [Mark::Number(end.next), Mark::Counter(end.counter)] {
                book.apply(Entry::Mark(mark));
                entries.push(Entry::Mark(mark));
            }
        }
        let (torn, cut, damage) = (found.torn, cut.map(|(cut, _)| cut), found.damage);
        let opened = Opened { records: book.len(), torn, cut, damage };
        let journal = Journal::begin(folder, &key, &found, &entries)?;
        let store = Store { journal, end: None, folder: folder.to_owned(), key };
        Ok((Self::of(book, Some(store)), opened))
    }

    fn of(book: Book, store: Option<Store>) -> Self {
        Self {
            queue: Mutex::default(),
            came: Condvar::new(),
            kept: Mutex::new(Kept { book, store, spare: Vec::new() }),
        }
    }

    /// Records that it holds, and that wait.
    pub(crate) fn count(&self) -> usize {
        let kept = self.kept().book.len();
        kept + self.queue().events.len()
    }

    /// Wipes it from memory. Whoever calls this removes the folder; nothing is written there any more.
    pub(crate) fn forget(&self) {
        let mut kept = self.kept();
        *kept = Kept { book: Book::new(), store: None, spare: Vec::new() };
        self.queue().events.clear();
    }

    /// Queues an event. True where so many wait that they should be recorded now.
    pub(crate) fn add(&self, at: Option<Moment>, event: Event) -> bool {
        let mut queue = self.queue();
        queue.events.push((at, event));
        if core::mem::take(&mut queue.is_waited_for) {
            self.came.notify_one();
        }
        queue.events.len() >= QUEUE
    }

    /// Waits until an event is queued, or for so long.
    pub(crate) fn wait(&self, most: Duration) {
        let mut queue = self.queue();
        queue.is_waited_for = queue.events.is_empty();
        let is_waiting = |queue: &mut Queue| queue.is_waited_for;
        drop(self.came.wait_timeout_while(queue, most, is_waiting));
    }

    /// Records what is queued, and writes it.
    pub(crate) fn record(
        &self,
        when_full: WhenFull,
        is_followed: bool,
    ) -> (Recorded, Result<(), NotWritten>) {
        let mut kept = self.kept();
        let recorded = self.record_in(&mut kept, when_full, is_followed);
        let written = kept.write();
        (recorded, written)
    }

    fn record_in(&self, kept: &mut Kept, when_full: WhenFull, is_followed: bool) -> Recorded {
        let mut events = core::mem::take(&mut kept.spare);
        core::mem::swap(&mut events, &mut self.queue().events);
        let mut recorded = Recorded::default();
        let before = kept.book.len();
        for (at, event) in events.drain(..) {
            if when_full == WhenFull::Stop && kept.book.len() >= CAPACITY {
                recorded.lost += 1;
                continue;
            }
            let record = Record::new(kept.book.counter(), at, event);
            kept.add(Entry::Record(record));
            if is_followed {
                recorded.records.push(record);
            }
        }
        kept.spare = events;
        recorded.is_warned = before < WARNING && kept.book.len() >= WARNING;
        recorded
    }

    /// Its end, as far as it is on the disk for sure; none where nothing was recorded since it was opened.
    pub fn end(&self) -> Option<End> {
        self.kept().store.as_ref()?.end
    }

    /// Makes sure that what is written is on the disk, and that no segment is too long.
    pub(crate) fn tidy(&self) -> io::Result<()> {
        self.kept().tidy()
    }

    /// Records from a number on, oldest first, at most so many. Only what was recorded and written is shown.
    pub fn records(&self, from: u64, most: usize) -> Result<Vec<Numbered>, NotWritten> {
        let mut kept = self.kept();
        kept.write()?;
        Ok(kept.book.from(from, most))
    }

    /// Number of the next record.
    pub fn next(&self) -> u64 {
        self.kept().book.next()
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.kept().book.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How full it is.
    pub fn room(&self) -> Room {
        match self.len() {
            CAPACITY.. => Room::None,
            WARNING.. => Room::Little,
            _ => Room::Enough,
        }
    }

    /// Value of the audit counter that the next record gets.
    pub fn counter(&self) -> u32 {
        self.kept().book.counter()
    }

    /// Sets the audit counter.
    pub fn set_counter(&self, counter: u32) -> Result<(), NotWritten> {
        self.mark(|_| Some(((), Mark::Counter(counter)))).map(|_| ())
    }

    /// The oldest record that no host has, which one has from now on; none where all are retrieved.
    pub fn retrieve(&self) -> Result<Option<Numbered>, NotWritten> {
        self.mark(|book| {
            let next = book.to_retrieve()?;
            let fate = Fate { retrieved: true, ..next.fate };
            Some((Numbered { fate, ..next }, Mark::Retrieved(next.number + 1)))
        })
    }

    /// Records that are to be archived: the oldest that is not, all that are not, or all.
    pub fn to_archive(&self, which: Archive) -> Result<Vec<Numbered>, NotWritten> {
        let mut kept = self.kept();
        kept.write()?;
        let (from, most) = match which {
            Archive::Next => (kept.book.archived(), 1),
            Archive::Rest => (kept.book.archived(), CAPACITY),
            Archive::All => (0, CAPACITY),
        };
        Ok(kept.book.from(from, most))
    }

    /// Notes that records are archived up to this one.
    pub fn archived(&self, number: u64) -> Result<(), NotWritten> {
        self.mark(|book| (book.archived() <= number).then_some(((), Mark::Archived(number + 1))))
            .map(|_| ())
    }

    /// Deletes records from the oldest on that have this fate, at most [`AT_ONCE`]; gives their number.
    pub fn delete(&self, has: fn(Fate) -> bool) -> Result<usize, NotWritten> {
        let deleted = self
            .mark(|book| book.end_of(has, AT_ONCE).map(|(end, count)| (count, Mark::First(end))));
        deleted.map(Option::unwrap_or_default)
    }

    /// Deletes all records.
    pub fn clear(&self) -> Result<(), NotWritten> {
        self.mark(|book| Some(((), Mark::First(book.next()))))?;
        Ok(self.kept().roll()?)
    }

    /// Checks that no record was changed, taken out or put in: the number of records that there are. A log in memory
    /// cannot be.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn verify(&self) -> Result<Result<u64, Damage>, NotWritten> {
        let mut kept = self.kept();
        kept.write()?;
        match &kept.store {
            Some(store) => {
                Ok(journal::verify(&store.folder, &store.key, Some(store.journal.link()))?)
            }
            None => Ok(Ok(kept.book.len() as u64)),
        }
    }

    /// Writes down what becomes of records, and tells what was decided on it.
    fn mark<T>(
        &self,
        decide: impl FnOnce(&Book) -> Option<(T, Mark)>,
    ) -> Result<Option<T>, NotWritten> {
        let mut kept = self.kept();
        // What waits is older.
        kept.write()?;
        let Some((decided, mark)) = decide(&kept.book) else { return Ok(None) };
        kept.add(Entry::Mark(mark));
        kept.write()?;
        Ok(Some(decided))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which records are archived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Archive {
    /// The oldest that is not.
    Next,
    /// All that are not.
    Rest,
    /// All.
    All,
}

impl Kept {
    fn add(&mut self, entry: Entry) {
        self.book.apply(entry);
        if let Some(Store { journal, .. }) = &mut self.store {
            journal.append(entry);
        }
    }

    fn write(&mut self) -> Result<(), NotWritten> {
        let Some(Store { journal, .. }) = &mut self.store else { return Ok(()) };
        journal.write()?;
        Ok(())
    }

    fn tidy(&mut self) -> io::Result<()> {
        match &self.store {
            Some(Store { journal, .. }) if journal.is_long() => self.roll(),
            _ => self.sync(),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        let Some(Store { journal, end, .. }) = &mut self.store else { return Ok(()) };
        journal.write()?;
        journal.sync()?;
        if let Some(link) = journal.last() {
            let (first, next, counter) = (self.book.first(), self.book.next(), self.book.counter());
            *end = Some(End { first, next, counter, link });
        }
        Ok(())
    }

    fn roll(&mut self) -> io::Result<()> {
        self.sync()?;
        let Some(Store { journal, .. }) = &mut self.store else { return Ok(()) };
        journal.roll(self.book.next(), self.book.first(), &self.book.marks())
    }
}

#[cfg(test)]
mod tests;
