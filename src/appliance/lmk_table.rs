//! The LMKs that an appliance holds.

use std::sync::Arc;

use vault::{Lmk, LmkId};

/// Highest LMK identifier plus one: what two digits can say.
const IDENTIFIERS: usize = 100;

/// LMKs by identifier.
#[derive(Clone, Default)]
pub struct LmkTable(Vec<Option<Arc<Lmk>>>);

impl LmkTable {
    /// The LMK with this identifier.
    #[inline]
    pub fn get(&self, id: LmkId) -> Option<&Lmk> {
        self.0.get(usize::from(id.0))?.as_deref()
    }

    /// Loads an LMK; false where the identifier is not two digits.
    pub fn load(&mut self, id: LmkId, lmk: Lmk) -> bool {
        let at = usize::from(id.0);
        if at >= IDENTIFIERS {
            return false;
        }
        if self.0.len() <= at {
            self.0.resize_with(at + 1, || None);
        }
        self.0[at] = Some(Arc::new(lmk));
        true
    }

    /// Identifiers and LMKs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (LmkId, &Lmk)> {
        (0_u8..).zip(&self.0).filter_map(|(id, lmk)| Some((LmkId(id), lmk.as_deref()?)))
    }

    /// Number of LMKs.
    pub fn count(&self) -> usize {
        self.iter().count()
    }
}

impl core::fmt::Debug for LmkTable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter().map(|(id, _)| id)).finish()
    }
}
