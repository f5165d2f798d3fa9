//! User storage: keys and tables that messages refer to by index.

use std::collections::BTreeMap;

use crate::StorageLength;

/// Keys and tables in the appliance, by index. All of it is under the LMK.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UserStorage(BTreeMap<u16, Vec<u8>>);

/// Why a place in user storage could not be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StorageFault {
    /// There is nothing at this index (error 12).
    #[error("nothing in user storage at this index")]
    Empty,
    /// There is no such index (error 21).
    #[error("no such index in user storage")]
    Index,
}

impl UserStorage {
    /// Contents at `index`.
    pub fn get(&self, index: u16, length: StorageLength) -> Result<&[u8], StorageFault> {
        if index > length.last_index() {
            return Err(StorageFault::Index);
        }
        self.0.get(&index).map(Vec::as_slice).ok_or(StorageFault::Empty)
    }

    /// Puts `contents` at `index`.
    pub fn set(
        &mut self,
        index: u16,
        length: StorageLength,
        contents: &[u8],
    ) -> Result<(), StorageFault> {
        if index > length.last_index() {
            return Err(StorageFault::Index);
        }
        self.0.insert(index, contents.to_vec());
        Ok(())
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

    /// Highest index: 4,096 places of fixed length, 128 of variable length (inferred).
    pub const fn last_index(self) -> u16 {
        match self {
            Self::Single | Self::Double | Self::Triple => 0xFFF,
            Self::Variable => 0x7F,
        }
    }
}
