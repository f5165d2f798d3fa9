//! User storage: keys and tables that messages refer to by index.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::StorageLength;

/// Keys and tables in the appliance, by index. All of it is under the LMK.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "BTreeMap<u16, Contents>", into = "BTreeMap<u16, Contents>")]
pub struct UserStorage(BTreeMap<u16, Arc<Place>>);

/// Why a place in user storage could not be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StorageFault {
    /// There is nothing at this index (error 12).
    #[error("nothing in user storage at this index")]
    Empty,
    /// There is no such index, or there is no room for so much (error 21).
    #[error("no such index in user storage, or no room there")]
    Index,
    /// What is stored is not a key of this scheme (error 15, inferred).
    #[error("what is stored is not a key of this scheme")]
    Scheme,
}

/// What is stored at an index, in every form in which a message may ask for it.
///
/// A place of fixed length has no room for a scheme tag: the message puts it in front of the index.
/// The forms are made when the place is written, so that a key can be read where it stands.
#[derive(Debug, Eq, PartialEq)]
struct Place {
    contents: Box<[u8]>,
    /// Characters before the `F`s that fill the place.
    used: usize,
    /// For each scheme that the digits are enough for: its tag and as many digits, one after the other.
    tagged: Box<[u8]>,
}

/// The contents of a place, kept in hexadecimal digits.
#[derive(Deserialize, Serialize)]
struct Contents(#[serde(with = "hex::serde")] Vec<u8>);

impl From<UserStorage> for BTreeMap<u16, Contents> {
    fn from(storage: UserStorage) -> Self {
        let contents = |place: &Place| Contents(place.contents.to_vec());
        storage.0.iter().map(|(index, place)| (*index, contents(place))).collect()
    }
}

impl From<BTreeMap<u16, Contents>> for UserStorage {
    fn from(kept: BTreeMap<u16, Contents>) -> Self {
        let place = |Contents(contents)| Arc::new(Place::new(&contents));
        Self(kept.into_iter().map(|(index, contents)| (index, place(contents))).collect())
    }
}

/// Scheme tags and the digits behind them.
const SCHEMES: [(u8, usize); 5] = [(b'Z', 16), (b'U', 32), (b'X', 32), (b'T', 48), (b'Y', 48)];

/// What fills a place that is longer than its contents, sixteen digits at a time. Source: manual.
const FILLING: &[u8; 16] = b"FFFFFFFFFFFFFFFF";

impl UserStorage {
    /// Highest index.
    const LAST: u16 = 0xFFF;

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Places that are in use.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Contents at `index`, as they were written.
    pub fn get(&self, index: u16) -> Result<&[u8], StorageFault> {
        self.place(index).map(|place| &*place.contents)
    }

    /// The key or table that a message means by `index`: without the `F`s that fill the place, and
    /// with this scheme tag.
    pub fn get_as(&self, index: u16, scheme: Option<u8>) -> Result<&[u8], StorageFault> {
        let place = self.place(index)?;
        match scheme {
            Some(tag) => place.tagged(tag).ok_or(StorageFault::Scheme),
            None => Ok(place.contents.get(..place.used).unwrap_or_default()),
        }
    }

    /// Puts `contents` at `index`.
    pub fn set(
        &mut self,
        index: u16,
        length: StorageLength,
        contents: &[u8],
    ) -> Result<(), StorageFault> {
        if index > Self::LAST || contents.len() > length.room(index) {
            return Err(StorageFault::Index);
        }
        self.0.insert(index, Arc::new(Place::new(contents)));
        Ok(())
    }

    fn place(&self, index: u16) -> Result<&Place, StorageFault> {
        if index > Self::LAST {
            return Err(StorageFault::Index);
        }
        self.0.get(&index).map(|place| &**place).ok_or(StorageFault::Empty)
    }
}

impl Place {
    fn new(contents: &[u8]) -> Self {
        let mut used = contents;
        while let Some(shorter @ [_, ..]) = used.strip_suffix(FILLING) {
            used = shorter;
        }
        let mut tagged = Vec::new();
        if contents.iter().all(u8::is_ascii_hexdigit) {
            for (tag, digits) in SCHEMES {
                let Some(digits) = contents.get(..digits) else { break };
                tagged.push(tag);
                tagged.extend_from_slice(digits);
            }
        }
        Self { contents: contents.into(), used: used.len(), tagged: tagged.into() }
    }

    /// The contents with a scheme tag, which they may have themselves.
    fn tagged(&self, tag: u8) -> Option<&[u8]> {
        if self.contents.first() == Some(&tag) {
            return Some(&self.contents);
        }
        let mut rest = &*self.tagged;
        for (known, digits) in SCHEMES {
            let (key, after) = rest.split_at_checked(1 + digits)?;
            if known == tag {
                return Some(key);
            }
            rest = after;
        }
        None
    }
}

impl StorageLength {
    /// Hexadecimal digits of one place; `None` where contents have a length of their own.
    pub const fn digits(self) -> Option<usize> {
        match self {
            Self::Single => Some(16),
            Self::Double => Some(32),
            Self::Triple => Some(48),
            Self::Variable => None,
        }
    }

    /// Characters that a place takes. Of variable length, the first 128 take 1,000 (source: an open
    /// client), the others 100 (inferred).
    pub const fn room(self, index: u16) -> usize {
        match (self.digits(), index) {
            (Some(digits), _) => digits,
            (None, 0..=0x7F) => 1_000,
            (None, _) => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(length: StorageLength, contents: &[u8]) -> UserStorage {
        let mut storage = UserStorage::default();
        storage.set(7, length, contents).expect("there is room");
        storage
    }

    #[test]
    fn a_place_is_read_as_a_key_of_any_scheme_that_it_is_enough_for() {
        let key = b"0123456789ABCDEF00112233445566778899AABBCCDDEEFF";
        let single = storage(StorageLength::Single, &key[..16]);
        assert_eq!(single.get_as(7, None), Ok(&key[..16]));
        assert_eq!(single.get_as(7, Some(b'Z')), Ok(&b"Z0123456789ABCDEF"[..]));
        assert_eq!(single.get_as(7, Some(b'U')), Err(StorageFault::Scheme));
        let triple = storage(StorageLength::Triple, key);
        for (tag, digits) in SCHEMES {
            let expected = [&[tag], &key[..digits]].concat();
            assert_eq!(triple.get_as(7, Some(tag)), Ok(&expected[..]));
        }
        assert_eq!(triple.get_as(7, Some(b'S')), Err(StorageFault::Scheme));
    }

    #[test]
    fn filling_is_no_part_of_a_key() {
        let filled = [&b"0123456789ABCDEF"[..], FILLING, FILLING].concat();
        let triple = storage(StorageLength::Triple, &filled);
        assert_eq!(triple.get(7), Ok(&filled[..]));
        assert_eq!(triple.get_as(7, None), Ok(&filled[..16]));
        assert_eq!(triple.get_as(7, Some(b'Z')), Ok(&b"Z0123456789ABCDEF"[..]));
        let nothing_else = storage(StorageLength::Triple, &filled[16..]);
        assert_eq!(nothing_else.get_as(7, None), Ok(&FILLING[..]));
    }

    #[test]
    fn a_key_may_be_stored_with_its_tag() {
        let key = b"U0123456789ABCDEF0011223344556677";
        let stored = storage(StorageLength::Variable, key);
        assert_eq!(stored.get_as(7, None), Ok(&key[..]));
        assert_eq!(stored.get_as(7, Some(b'U')), Ok(&key[..]));
        assert_eq!(stored.get_as(7, Some(b'X')), Err(StorageFault::Scheme));
    }

    #[test]
    fn places_have_their_bounds() {
        let mut storage = UserStorage::default();
        for (index, length, room) in [
            (0, StorageLength::Single, 16),
            (0xFFF, StorageLength::Double, 32),
            (0xFFF, StorageLength::Triple, 48),
            (0x7F, StorageLength::Variable, 1_000),
            (0x80, StorageLength::Variable, 100),
        ] {
            assert_eq!(storage.set(index, length, &vec![b'0'; room]), Ok(()));
            let more = storage.set(index, length, &vec![b'1'; room + 1]);
            assert_eq!(more, Err(StorageFault::Index));
            assert_eq!(storage.get(index).map(<[u8]>::len), Ok(room));
        }
        assert_eq!(storage.set(0x1000, StorageLength::Single, b"0"), Err(StorageFault::Index));
        assert_eq!(storage.get(0x1000), Err(StorageFault::Index));
        assert_eq!(storage.get(1), Err(StorageFault::Empty));
    }
}
