//! The Diebold method. Its algorithm is not public: all but that is done.

use wire::{ErrorCode, read_number};

use crate::{
    Session,
    error::{DIEBOLD_TABLE, DISABLED},
    fields::StorageIndex,
    session::of_storage,
};

/// Digits in a Diebold table.
const TABLE: usize = 512;

/// Digits of it in each place, where places are of fixed length.
const ROW: usize = 16;

/// Which values stood in the table so far.
struct Seen([bool; 256]);

impl Session<'_> {
    /// Verifies a Diebold table in user storage.
    ///
    /// # Errors
    /// 12, 19, 21.
    pub(crate) fn verify_diebold_table(&self, index: StorageIndex) -> Result<(), ErrorCode> {
        let storage = &self.state().storage;
        let place = |index| storage.get(index).map_err(of_storage);
        let mut seen = Seen([false; 256]);
        if self.settings().user_storage_key_length.digits().is_none() {
            seen.note(place(index.0)?)?;
        } else {
            for index in (index.0..).take(TABLE / ROW) {
                seen.note(place(index)?.get(..ROW).unwrap_or_default())?;
            }
        }
        if seen.0.contains(&false) { Err(DIEBOLD_TABLE.0) } else { Ok(()) }
    }
}

impl Seen {
    /// Notes the values of some digits; error 19 for one that was there before.
    fn note(&mut self, digits: &[u8]) -> Result<(), ErrorCode> {
        for value in digits.chunks(2) {
            let value = read_number(value, 16).and_then(|value| usize::try_from(value).ok());
            match value.and_then(|value| self.0.get_mut(value)) {
                Some(seen @ false) => *seen = true,
                _ => return Err(DIEBOLD_TABLE.0),
            }
        }
        Ok(())
    }
}

/// What the Diebold algorithm itself answers: 68, as it is not public.
pub(crate) const fn algorithm<T>() -> Result<T, ErrorCode> {
    Err(DISABLED.0)
}
