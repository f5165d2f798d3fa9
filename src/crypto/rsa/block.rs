//! What stands around a key when it is encrypted under a public key.

use der::Tag;
use zeroize::Zeroizing;

use super::der::{elements, sequence};
use crate::{Algorithm, ClearKey};

/// The block of data that holds a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DataBlock<'a> {
    /// A DER sequence of two octet strings: the key, and an initialization value of eight bytes.
    ///
    /// That there are a key and an initialization value is said by clients of such devices, the rest is inferred.
    Standard,
    /// A template with a place for the key, and one for the start of its check value.
    Template(Template<'a>),
    /// The key and nothing else.
    Unformatted,
}

/// A block with zeros where key and check value come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Template<'a> {
    /// The block.
    pub bytes: &'a [u8],
    /// Offset of the key.
    pub key: usize,
    /// Bytes of check value, at most eight.
    pub check_length: usize,
    /// Offset of the check value.
    pub check: usize,
}

/// Why a block of data is not written or read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BlockFault {
    /// It does not have the form that was stated, or the template has no room for the key.
    #[error("form of the block")]
    Format,
    /// Its check value is not that of the key.
    #[error("check value in the block")]
    CheckValue,
}

/// Bytes of an initialization value.
const INITIALIZATION: usize = 8;

impl DataBlock<'_> {
    /// Writes a key into a block, with this initialization value if it has one.
    ///
    /// # Errors
    /// [`BlockFault::Format`] where the template has no room for the key.
    pub fn write(
        self,
        key: &ClearKey,
        initialization: &[u8; INITIALIZATION],
    ) -> Result<Zeroizing<Vec<u8>>, BlockFault> {
        match self {
            Self::Unformatted => Ok(Zeroizing::new(key.as_bytes().to_vec())),
            Self::Standard => sequence(Tag::OctetString, &[key.as_bytes(), initialization])
                .map_err(|_| BlockFault::Format),
            Self::Template(template) => {
                let mut block = Zeroizing::new(template.bytes.to_vec());
                let (key_place, check_place) = template.places(key.len());
                block.get_mut(key_place).ok_or(BlockFault::Format)?.copy_from_slice(key.as_bytes());
                block
                    .get_mut(check_place)
                    .ok_or(BlockFault::Format)?
                    .copy_from_slice(&template.check_value(key));
                Ok(block)
            }
        }
    }

    /// Reads a key out of a block, and the initialization value if it has one.
    ///
    /// The length of a key in a template is that of the key which is wanted; that of others is their own.
    ///
    /// # Errors
    /// [`BlockFault`].
    pub fn read(
        self,
        block: &[u8],
        algorithm: Algorithm,
        wanted: usize,
    ) -> Result<(ClearKey, Option<[u8; INITIALIZATION]>), BlockFault> {
        let key_of = |bytes: &[u8]| ClearKey::new(algorithm, bytes).map_err(|_| BlockFault::Format);
        match self {
            Self::Unformatted => Ok((key_of(block)?, None)),
            Self::Standard => {
                let [key, initialization] =
                    elements(Tag::OctetString, block).map_err(|_| BlockFault::Format)?;
                let initialization = initialization.try_into().map_err(|_| BlockFault::Format)?;
                Ok((key_of(key)?, Some(initialization)))
            }
            Self::Template(template) => {
                let (key_place, check_place) = template.places(wanted);
                let key = key_of(block.get(key_place).ok_or(BlockFault::Format)?)?;
                let check = block.get(check_place).ok_or(BlockFault::Format)?;
                if !crate::equal(check, &template.check_value(&key)) {
                    return Err(BlockFault::CheckValue);
                }
                let right = self.write(&key, &[0; INITIALIZATION])?;
                let is_right = crate::equal(block, &right);
                if is_right { Ok((key, None)) } else { Err(BlockFault::Format) }
            }
        }
    }
}

impl Template<'_> {
    /// Where a key of so many bytes and its check value stand.
    fn places(&self, length: usize) -> (core::ops::Range<usize>, core::ops::Range<usize>) {
        (self.key..self.key + length, self.check..self.check + self.check_length)
    }

    /// The start of a check value, as much as the template has of it.
    fn check_value(&self, key: &ClearKey) -> Vec<u8> {
        key.check_value().into_iter().take(self.check_length).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEFdouble!!";

    fn key() -> ClearKey {
        ClearKey::new(Algorithm::Tdes, &KEY).expect("a key")
    }

    #[test]
    fn blocks_are_written_and_read() {
        let template = Template { bytes: &[0xAA; 30], key: 2, check_length: 3, check: 20 };
        let check = &key().check_value()[..3];
        let framed = [&[0xAA; 2], &KEY[..], &[0xAA; 2], check, &[0xAA; 7]].concat();
        let standard = [b"\x30\x1C\x04\x10", &KEY[..], b"\x04\x0812345678"].concat();
        for (form, block, initialization) in [
            (DataBlock::Unformatted, KEY.to_vec(), None),
            (DataBlock::Standard, standard, Some(*b"12345678")),
            (DataBlock::Template(template), framed, None),
        ] {
            let written = form.write(&key(), b"12345678").expect("a block");
            assert_eq!(*written, block, "{form:?}");
            let (read, found) = form.read(&block, Algorithm::Tdes, 16).expect("a key");
            assert_eq!((read.as_bytes(), found), (&KEY[..], initialization), "{form:?}");
            for length in 0..block.len() {
                let cut = form.read(&block[..length], Algorithm::Tdes, 16);
                // A part of the key is a key.
                if (form, length) != (DataBlock::Unformatted, 8) {
                    assert!(cut.is_err(), "{form:?} {length}");
                }
            }
            let longer = [&block[..], b"0"].concat();
            let fault = form.read(&longer, Algorithm::Tdes, 16).err();
            assert_eq!(fault, Some(BlockFault::Format), "{form:?}");
        }
    }

    #[test]
    fn templates_hold_a_check_value_and_what_they_say() {
        let template = Template { bytes: &[0xAA; 24], key: 4, check_length: 4, check: 20 };
        let form = DataBlock::Template(template);
        let block = form.write(&key(), &[0; 8]).expect("a block");
        for (position, fault) in
            [(0, BlockFault::Format), (20, BlockFault::CheckValue), (5, BlockFault::CheckValue)]
        {
            let mut wrong = block.to_vec();
            wrong[position] ^= 2;
            assert_eq!(form.read(&wrong, Algorithm::Tdes, 16).err(), Some(fault), "{position}");
        }
        for (key_at, check_length, check) in
            [(9, 4, 20), (4, 5, 20), (usize::MAX / 2, 4, 20), (4, 4, usize::MAX / 2)]
        {
            let narrow = Template { key: key_at, check_length, check, ..template };
            let fault = DataBlock::Template(narrow).write(&key(), &[0; 8]).err();
            assert_eq!(fault, Some(BlockFault::Format));
        }
    }
}
