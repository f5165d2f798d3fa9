//! What the journal of the audit log holds: records, and marks of what became of them.

use super::record::{Fate, Record};

/// Length of an entry without its link.
pub(super) const LENGTH: usize = Record::LENGTH;

/// The bit of the flags that no record has.
const IS_MARK: u8 = 1;

/// What became of records, whose numbers go up by one from 1 for the first record ever.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mark {
    /// The next record has this number.
    Number(u64),
    /// Records before this one are deleted.
    First(u64),
    /// Records before this one are retrieved.
    Retrieved(u64),
    /// Records before this one are archived.
    Archived(u64),
    /// The audit counter of the next record.
    Counter(u32),
}

/// A record or a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Entry {
    Record(Record),
    Mark(Mark),
}

impl Entry {
    pub(super) fn bytes(self) -> [u8; LENGTH] {
        let (letter, value) = match self {
            Self::Record(record) => return record.bytes(Fate::default()),
            Self::Mark(Mark::Number(number)) => (b'N', number),
            Self::Mark(Mark::First(number)) => (b'F', number),
            Self::Mark(Mark::Retrieved(number)) => (b'R', number),
            Self::Mark(Mark::Archived(number)) => (b'A', number),
            Self::Mark(Mark::Counter(value)) => (b'C', value.into()),
        };
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&value.to_be_bytes());
        bytes[8] = letter;
        bytes[13] = IS_MARK;
        bytes
    }

    /// Reads what [`Entry::bytes`] gives; none of a mark of another release.
    pub(super) fn read(bytes: [u8; LENGTH]) -> Option<Self> {
        if bytes[13] & IS_MARK == 0 {
            return Some(Self::Record(Record::read(bytes)));
        }
        let (Some(value), letter) = (bytes.first_chunk(), bytes[8]) else { return None };
        let value = u64::from_be_bytes(*value);
        Some(Self::Mark(match letter {
            b'N' => Mark::Number(value),
            b'F' => Mark::First(value),
            b'R' => Mark::Retrieved(value),
            b'A' => Mark::Archived(value),
            b'C' => Mark::Counter(u32::try_from(value).ok()?),
            _ => return None,
        }))
    }
}
