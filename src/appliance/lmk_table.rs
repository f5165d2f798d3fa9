//! The LMKs that an appliance holds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vault::{Lmk, LmkId, LmkKind};

/// Highest LMK identifier plus one: what two digits can say.
const IDENTIFIERS: usize = 100;

/// LMKs by identifier: the one in use, and beside it the one in key change storage.
#[derive(Clone, Default)]
pub struct LmkTable(Vec<Slot>);

/// What officers say of an LMK when they load it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Label {
    /// Whether it is a live one; else for tests.
    pub is_live: bool,
    /// Comments.
    pub comments: String,
}

#[derive(Clone, Default)]
struct Slot {
    live: Option<Arc<Lmk>>,
    label: Label,
    change: Option<(KeyChange, Arc<Lmk>)>,
}

/// What the LMK in key change storage is to the one in use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum KeyChange {
    /// The one before it (console command LO): keys are translated to the one in use.
    Old,
    /// The one after it (console command LN): keys are translated from the one in use.
    New,
}

/// From which LMK to which keys, PINs and tables are translated.
#[derive(Clone, Copy)]
pub struct Migration<'a> {
    /// They come from under this one.
    pub old: &'a Lmk,
    /// They go under this one.
    pub new: &'a Lmk,
}

/// Why an LMK is not loaded into key change storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyChangeFault {
    /// Key change storage is beside an LMK in use, and there is none.
    #[error("no LMK is loaded under this identifier")]
    NoLmk,
    /// Keys in key blocks do not leave them.
    #[error("keys cannot be translated from a key block LMK to a variant LMK")]
    KeyBlock,
}

impl LmkTable {
    /// The LMK in use with this identifier.
    #[inline]
    pub fn get(&self, id: LmkId) -> Option<&Lmk> {
        self.slot(id)?.live.as_deref()
    }

    /// Loads an LMK for use; false where the identifier is not two digits.
    pub fn load(&mut self, id: LmkId, lmk: Lmk) -> bool {
        let at = usize::from(id.0);
        if at >= IDENTIFIERS {
            return false;
        }
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Slot::default);
        }
        self.0[at] = Slot { live: Some(Arc::new(lmk)), ..Slot::default() };
        true
    }

    /// Says something of an LMK in use.
    pub fn set_label(&mut self, id: LmkId, label: Label) {
        if let Some(slot) = self.0.get_mut(usize::from(id.0)) {
            slot.label = label;
        }
    }

    /// What is said of an LMK in use.
    pub fn label(&self, id: LmkId) -> Option<&Label> {
        self.slot(id).filter(|slot| slot.live.is_some()).map(|slot| &slot.label)
    }

    /// Erases an LMK, and what key change storage holds beside it; false where there is none.
    pub fn erase(&mut self, id: LmkId) -> bool {
        let slot = self.0.get_mut(usize::from(id.0));
        slot.is_some_and(|slot| core::mem::take(slot).live.is_some())
    }

    /// Identifiers and LMKs in use, in order.
    pub fn iter(&self) -> impl Iterator<Item = (LmkId, &Lmk)> {
        self.slots().filter_map(|(id, slot)| Some((id, slot.live.as_deref()?)))
    }

    /// Number of LMKs in use.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// Loads an LMK into key change storage, in place of what is there.
    ///
    /// That an old key block LMK does not go with a variant LMK in use is said by the manual of LO; that the same
    /// holds for LN is inferred.
    ///
    /// # Errors
    /// [`KeyChangeFault`].
    pub fn load_key_change(
        &mut self,
        id: LmkId,
        change: KeyChange,
        lmk: Lmk,
    ) -> Result<(), KeyChangeFault> {
        let slot = self.0.get_mut(usize::from(id.0)).ok_or(KeyChangeFault::NoLmk)?;
        let live = slot.live.as_deref().ok_or(KeyChangeFault::NoLmk)?;
        let (old, new) = match change {
            KeyChange::Old => (&lmk, live),
            KeyChange::New => (live, &lmk),
        };
        if old.kind() != LmkKind::Variant && new.kind() == LmkKind::Variant {
            return Err(KeyChangeFault::KeyBlock);
        }
        slot.change = Some((change, Arc::new(lmk)));
        Ok(())
    }

    /// Erases key change storage beside an LMK.
    pub fn erase_key_change(&mut self, id: LmkId) {
        if let Some(slot) = self.0.get_mut(usize::from(id.0)) {
            slot.change = None;
        }
    }

    /// Identifiers and LMKs in key change storage, in order.
    pub fn key_changes(&self) -> impl Iterator<Item = (LmkId, KeyChange, &Lmk)> {
        self.slots().filter_map(|(id, slot)| {
            slot.change.as_ref().map(|(change, lmk)| (id, *change, &**lmk))
        })
    }

    /// The old and the new LMK with this identifier; none while key change storage is empty.
    pub fn migration(&self, id: LmkId) -> Option<Migration<'_>> {
        let slot = self.slot(id)?;
        let live = slot.live.as_deref()?;
        Some(match slot.change.as_ref()? {
            (KeyChange::Old, old) => Migration { old, new: live },
            (KeyChange::New, new) => Migration { old: live, new },
        })
    }

    fn slot(&self, id: LmkId) -> Option<&Slot> {
        self.0.get(usize::from(id.0))
    }

    fn slots(&self) -> impl Iterator<Item = (LmkId, &Slot)> {
        (0..).map(LmkId).zip(&self.0)
    }
}

impl core::fmt::Debug for LmkTable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter().map(|(id, _)| id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: LmkId = LmkId(3);

    fn lmk(name: &str) -> Lmk {
        Lmk::named(name).expect("a test LMK")
    }

    fn table(live: &str) -> LmkTable {
        let mut table = LmkTable::default();
        assert!(table.load(ID, lmk(live)));
        table
    }

    #[test]
    fn the_side_says_which_lmk_is_the_old_one() {
        for (change, kinds) in [
            (KeyChange::Old, [LmkKind::KeyBlock, LmkKind::AesKeyBlock]),
            (KeyChange::New, [LmkKind::AesKeyBlock, LmkKind::KeyBlock]),
        ] {
            let mut table = table("test-key-block-aes");
            assert!(table.migration(ID).is_none());
            table.load_key_change(ID, change, lmk("test-key-block-tdes")).expect("it fits");
            let Migration { old, new } = table.migration(ID).expect("it was just loaded");
            assert_eq!([old, new].map(Lmk::kind), kinds);
            assert!(table.migration(LmkId(0)).is_none() && table.migration(LmkId(4)).is_none());
            assert_eq!(
                table.key_changes().map(|(id, change, _)| (id, change)).next(),
                Some((ID, change))
            );
            table.erase_key_change(LmkId(0));
            assert!(table.migration(ID).is_some());
            table.erase_key_change(ID);
            assert!(table.migration(ID).is_none() && table.get(ID).is_some());
        }
    }

    #[test]
    fn key_blocks_do_not_become_variants() {
        for (live, change, other, outcome) in [
            ("test-variant", KeyChange::Old, "test-variant-old", Ok(())),
            ("test-variant", KeyChange::Old, "test-key-block-tdes", Err(KeyChangeFault::KeyBlock)),
            ("test-variant", KeyChange::Old, "test-key-block-aes", Err(KeyChangeFault::KeyBlock)),
            ("test-variant", KeyChange::New, "test-key-block-tdes", Ok(())),
            ("test-key-block-tdes", KeyChange::Old, "test-variant", Ok(())),
            ("test-key-block-tdes", KeyChange::New, "test-variant", Err(KeyChangeFault::KeyBlock)),
            ("test-key-block-aes", KeyChange::New, "test-variant", Err(KeyChangeFault::KeyBlock)),
            ("test-key-block-tdes", KeyChange::New, "test-key-block-aes", Ok(())),
        ] {
            let mut table = table(live);
            assert_eq!(
                table.load_key_change(ID, change, lmk(other)),
                outcome,
                "{live} {change:?} {other}"
            );
            assert_eq!(table.migration(ID).is_some(), outcome.is_ok());
        }
    }

    #[test]
    fn key_change_storage_is_beside_an_lmk_in_use() {
        let mut table = table("test-variant");
        for id in [LmkId(0), LmkId(4), LmkId(100)] {
            let outcome = table.load_key_change(id, KeyChange::Old, lmk("test-variant"));
            assert_eq!(outcome, Err(KeyChangeFault::NoLmk));
        }
        assert!(!table.load(LmkId(100), lmk("test-variant")));
        assert_eq!(table.count(), 1);
    }
}
