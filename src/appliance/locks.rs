//! Key locks, and who may turn them and authorise.

use serde::{Deserialize, Serialize};
use vault::LmkId;

/// Digest of what is on a card; the card itself stays with its holder.
pub type CardDigest = [u8; 32];

/// State of the device by its key locks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Both locked: it serves hosts.
    Online,
    /// One open.
    Offline,
    /// Both open: LMKs and settings may be changed.
    Secure,
}

/// A key lock.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Lock {
    /// Whether the key is turned.
    pub is_open: bool,
    /// The card that turns it, once one is commissioned.
    pub card: Option<CardDigest>,
}

/// The two key locks.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Locks {
    /// The left one.
    pub left: Lock,
    /// The right one.
    pub right: Lock,
}

impl Locks {
    /// The state.
    pub const fn mode(&self) -> Mode {
        match (self.left.is_open, self.right.is_open) {
            (false, false) => Mode::Online,
            (true, true) => Mode::Secure,
            _ => Mode::Offline,
        }
    }
}

/// The two officers of each LMK: what is on their cards, as digests.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Officers(Vec<(LmkId, [Option<CardDigest>; 2])>);

impl Officers {
    /// Those of an LMK, first and second; none are known of an LMK that came from the configuration.
    pub fn of(&self, lmk: LmkId) -> [Option<CardDigest>; 2] {
        self.0.iter().find(|(id, _)| *id == lmk).map_or([None; 2], |(_, officers)| *officers)
    }

    /// LMKs that have some.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Puts others in their place.
    pub fn set(&mut self, lmk: LmkId, officers: [Option<CardDigest>; 2]) {
        self.0.retain(|(id, _)| *id != lmk);
        self.0.push((lmk, officers));
    }

    /// Forgets them.
    pub fn remove(&mut self, lmk: LmkId) {
        self.0.retain(|(id, _)| *id != lmk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_make_the_state() {
        for (left, right, mode) in [
            (false, false, Mode::Online),
            (true, false, Mode::Offline),
            (false, true, Mode::Offline),
            (true, true, Mode::Secure),
        ] {
            let lock = |is_open| Lock { is_open, card: None };
            assert_eq!(Locks { left: lock(left), right: lock(right) }.mode(), mode);
        }
    }

    #[test]
    fn officers_belong_to_their_lmk() {
        let mut officers = Officers::default();
        officers.set(LmkId(1), [Some([1; 32]), None]);
        officers.set(LmkId(1), [Some([1; 32]), Some([2; 32])]);
        assert_eq!(officers.of(LmkId(1)), [Some([1; 32]), Some([2; 32])]);
        assert_eq!(officers.of(LmkId(0)), [None; 2]);
        officers.remove(LmkId(1));
        assert_eq!(officers.of(LmkId(1)), [None; 2]);
    }
}
