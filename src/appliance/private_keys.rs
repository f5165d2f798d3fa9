//! Private keys in the appliance.

use serde::{Deserialize, Serialize};
use vault::LmkId;

/// Private keys that messages refer to by index, in places of their own beside each LMK. Each is encrypted under its LMK.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct PrivateKeys(Vec<PrivateKey>);

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct PrivateKey {
    lmk: u8,
    index: u8,
    sealed: Box<[u8]>,
}

impl PrivateKeys {
    /// Highest index. Source: manual.
    pub const LAST: u8 = 20;

    /// The key at an index beside an LMK, as it was put there.
    pub fn get(&self, lmk: LmkId, index: u8) -> Option<&[u8]> {
        let key = self.0.iter().find(|key| (key.lmk, key.index) == (lmk.0, index))?;
        Some(&key.sealed)
    }

    /// Puts a key at an index up to [`PrivateKeys::LAST`], in place of what is there.
    pub fn set(&mut self, lmk: LmkId, index: u8, sealed: &[u8]) {
        self.0.retain(|key| (key.lmk, key.index) != (lmk.0, index));
        if index <= Self::LAST {
            self.0.push(PrivateKey { lmk: lmk.0, index, sealed: sealed.into() });
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Erases the keys beside an LMK.
    pub fn erase(&mut self, lmk: LmkId) {
        self.0.retain(|key| key.lmk != lmk.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_beside_their_lmk() {
        let mut keys = PrivateKeys::default();
        for (lmk, index, sealed) in
            [(0, 0, b"old"), (0, 20, b"two"), (1, 0, b"six"), (0, 0, b"new")]
        {
            keys.set(LmkId(lmk), index, sealed);
        }
        keys.set(LmkId(0), 21, b"none");
        let get = |keys: &PrivateKeys, lmk, index| keys.get(LmkId(lmk), index).map(<[u8]>::to_vec);
        assert_eq!(get(&keys, 0, 0), Some(b"new".to_vec()));
        assert_eq!(get(&keys, 0, 20), Some(b"two".to_vec()));
        assert_eq!(get(&keys, 1, 0), Some(b"six".to_vec()));
        for (lmk, index) in [(1, 20), (0, 1), (0, 21), (2, 0)] {
            assert_eq!(get(&keys, lmk, index), None);
        }
        keys.erase(LmkId(0));
        assert_eq!((get(&keys, 0, 0), get(&keys, 0, 20)), (None, None));
        assert_eq!(get(&keys, 1, 0), Some(b"six".to_vec()));
    }
}
