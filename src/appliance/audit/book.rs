//! The records that there are, and what became of them.

use std::collections::VecDeque;

use super::entry::{Entry, Mark};
use super::record::{Fate, Record};

/// Records that the log holds at most. Grade of evidence: inferred.
pub const CAPACITY: usize = 100_000;

/// A record with its number and its fate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numbered {
    /// One more than that of the record before, from 1 for the first record ever.
    pub number: u64,
    /// The record.
    pub record: Record,
    /// What became of it.
    pub fate: Fate,
}

/// The records in order. Hosts retrieve and printers archive from the oldest on, so that the fate of all records is two
/// numbers.
#[derive(Debug)]
pub(super) struct Book {
    records: VecDeque<(u64, Record)>,
    next: u64,
    first: u64,
    retrieved: u64,
    archived: u64,
    counter: u32,
}

impl Book {
    pub(super) const fn new() -> Self {
        let records = VecDeque::new();
        Self { records, next: 1, first: 1, retrieved: 1, archived: 1, counter: 1 }
    }

    /// Takes in what is written.
    pub(super) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Record(record) => {
                self.records.push_back((self.next, record));
                self.next += 1;
                self.counter = record.counter.wrapping_add(1);
                if self.records.len() > CAPACITY
                    && let Some((number, _)) = self.records.pop_front()
                {
                    self.first = number + 1;
                }
            }
            Entry::Mark(Mark::Number(number)) => self.next = number,
            Entry::Mark(Mark::First(number)) => {
                self.first = number;
                let deleted = self.records.partition_point(|(own, _)| *own < number);
                self.records.drain(..deleted);
            }
            Entry::Mark(Mark::Retrieved(number)) => self.retrieved = number,
            Entry::Mark(Mark::Archived(number)) => self.archived = number,
            Entry::Mark(Mark::Counter(counter)) => self.counter = counter,
        }
    }

    /// All that is to be known of what is before the next record.
    pub(super) fn marks(&self) -> [Entry; 5] {
        [
            Mark::Number(self.next),
            Mark::First(self.records.front().map_or(self.next, |(number, _)| *number)),
            Mark::Retrieved(self.retrieved),
            Mark::Archived(self.archived),
            Mark::Counter(self.counter),
        ]
        .map(Entry::Mark)
    }

    pub(super) const fn counter(&self) -> u32 {
        self.counter
    }

    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// Number of the oldest record.
    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// So many records from a number on.
    pub(super) fn from(&self, number: u64, most: usize) -> Vec<Numbered> {
        let start = self.records.partition_point(|(own, _)| *own < number);
        let records = self.records.iter().skip(start).take(most);
        records.map(|(number, record)| self.numbered(*number, *record)).collect()
    }

    /// The oldest record that is not retrieved.
    pub(super) fn to_retrieve(&self) -> Option<Numbered> {
        self.from(self.retrieved, 1).pop()
    }

    /// Number of the oldest record that is not archived.
    pub(super) const fn archived(&self) -> u64 {
        self.archived
    }

    /// The first record behind at most so many of the oldest, all of which have this fate.
    pub(super) fn end_of(&self, has: fn(Fate) -> bool, most: usize) -> Option<(u64, usize)> {
        let records = self.from(0, most);
        let count = records.iter().take_while(|it| has(it.fate)).count();
        count.checked_sub(1).and_then(|last| records.get(last)).map(|it| (it.number + 1, count))
    }

    fn numbered(&self, number: u64, record: Record) -> Numbered {
        let fate = Fate { archived: number < self.archived, retrieved: number < self.retrieved };
        Numbered { number, record, fate }
    }
}
