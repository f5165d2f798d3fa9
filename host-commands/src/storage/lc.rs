//! `LC` Verify a Diebold table in user storage.

use wire::{Mark, read_number};

use crate::{prelude::*, session::of_storage};

/// Digits in a Diebold table.
const TABLE: usize = 512;

/// Digits of it in each place, where places are of fixed length.
const ROW: usize = 16;

/// Verify the Diebold table in user storage.
///
/// The table has 512 digits, sixteen in each of 32 places, or all in one of variable length. What makes
/// a table valid is not public: here, that each of the 256 values of two digits stands in it once
/// (inferred), and that it stands there in the clear (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LC", reply = "LD", evidence = "manual")]
#[errors(DIEBOLD_TABLE)]
pub struct Request {
    /// Says that an index follows.
    pub flag: Mark<b'K'>,
    /// First place.
    pub index: StorageIndex,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let storage = &session.state().storage;
        let place = |index| storage.get(index).map_err(of_storage);
        let mut seen = Seen([false; 256]);
        if session.settings().user_storage_key_length.digits().is_none() {
            seen.note(place(self.index.0)?)?;
        } else {
            for index in (self.index.0..).take(TABLE / ROW) {
                seen.note(place(index)?.get(..ROW).unwrap_or_default())?;
            }
        }
        if seen.0.contains(&false) { Err(error::DIEBOLD_TABLE.0) } else { Ok(Reply {}) }
    }
}

/// Which values stood in the table so far.
struct Seen([bool; 256]);

impl Seen {
    /// Notes the values of some digits; error 19 for one that was there before.
    fn note(&mut self, digits: &[u8]) -> Result<(), ErrorCode> {
        for value in digits.chunks(2) {
            let value = read_number(value, 16).and_then(|value| usize::try_from(value).ok());
            match value.and_then(|value| self.0.get_mut(value)) {
                Some(seen @ false) => *seen = true,
                _ => return Err(error::DIEBOLD_TABLE.0),
            }
        }
        Ok(())
    }
}
