//! Choices of PINs that came back on forms and wait for the end of their batch.

use zeroize::Zeroizing;

/// A batch of entries, each of which is text: a reference number and a PIN in the clear. It is wiped
/// when it is dropped, cannot be copied, and does not show what it holds.
///
/// On the device it is in user storage, which it overwrites (manual).
#[derive(Default)]
pub struct Batch {
    text: Zeroizing<Vec<u8>>,
    count: usize,
}

impl core::fmt::Debug for Batch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Batch").field("count", &self.count).finish_non_exhaustive()
    }
}

/// There is no room for so many entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a batch has at most {} entries", Batch::MOST)]
pub struct BatchFull;

impl Batch {
    /// Most entries: with the 25 of the message that ends the batch, what one reply can hold. Source: a
    /// published parser of replies.
    pub const MOST: usize = 1_130;

    /// Longest entry: twelve digits, twelve digits, a delimiter.
    const LONGEST: usize = 25;

    /// Adds entries.
    ///
    /// # Errors
    /// [`BatchFull`]; then nothing is added.
    pub fn add(&mut self, entries: &[u8], count: usize) -> Result<(), BatchFull> {
        const ROOM: usize = Batch::MOST * Batch::LONGEST;
        let count = self.count + count;
        if count > Self::MOST || self.text.len() + entries.len() > ROOM {
            return Err(BatchFull);
        }
        // It never grows, which would leave an unwiped copy behind.
        let more = ROOM - self.text.len();
        self.text.reserve_exact(more);
        self.text.extend_from_slice(entries);
        self.count = count;
        Ok(())
    }

    /// Entries.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// All entries, one after the other.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Empties and wipes it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Appliance, Mailer, Randomness, State};

    #[test]
    fn a_batch_takes_so_many_and_stays_where_it_is() {
        let entry = b"936125183702123456789012;";
        let mut batch = Batch::default();
        assert_eq!(batch.add(entry, 1), Ok(()));
        let place = batch.text().as_ptr();
        for count in 2..=Batch::MOST {
            assert_eq!(batch.add(entry, 1), Ok(()));
            assert_eq!(batch.count(), count);
        }
        assert_eq!(batch.add(entry, 1), Err(BatchFull));
        assert_eq!(batch.text(), entry.repeat(Batch::MOST));
        assert_eq!(batch.text().as_ptr(), place);
        assert_eq!(format!("{batch:?}"), "Batch { count: 1130, .. }");
        batch.clear();
        assert_eq!((batch.text(), batch.count()), (&b""[..], 0));
        assert_eq!(batch.add(entry, 1), Ok(()));
    }

    #[test]
    fn what_waits_can_be_forgotten() {
        let appliance = Appliance::new(State::default(), Randomness::from_seed(1));
        assert_eq!(appliance.batch().add(b"9361251837021234;", 1), Ok(()));
        let fields = [&b"A"[..]].into_iter();
        let mailer = Mailer::new(fields, *b"550000025321", *b"936125183702", b"1234");
        *appliance.first_mailer() = Some(mailer);
        appliance.forget();
        assert_eq!(appliance.batch().count(), 0);
        assert!(appliance.first_mailer().is_none());
    }
}
