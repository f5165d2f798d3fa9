//! What stands in the clear before the sealed state.

use std::path::Path;

use vault::sealed::DataKey;

use super::StoreFault;

const MAGIC: &[u8; 8] = b"STRGROOM";

/// Version of the format that this release writes, and the only one that it reads.
pub(super) const VERSION: u16 = 1;

/// The header of a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Header {
    pub(super) serial_number: [u8; 12],
    pub(super) generation: u64,
    /// Bytes of the sealed part.
    pub(super) length: u32,
    /// The data key under the root key.
    pub(super) wrapped: [u8; DataKey::WRAPPED],
}

impl Header {
    /// As it stands in the file; the state is sealed for exactly this.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Self { serial_number, generation, length, wrapped } = self;
        [
            &MAGIC[..],
            &VERSION.to_be_bytes(),
            serial_number,
            &generation.to_be_bytes(),
            &length.to_be_bytes(),
            wrapped,
        ]
        .concat()
    }

    /// Splits a file into its header and the sealed state.
    pub(super) fn read<'f>(file: &'f [u8], path: &Path) -> Result<(Self, &'f [u8]), StoreFault> {
        let path = || path.to_owned();
        let magic = &file[..MAGIC.len().min(file.len())];
        if !MAGIC.starts_with(magic) {
            return Err(StoreFault::NotAState(path()));
        }
        let mut rest = &file[magic.len()..];
        let cut = || StoreFault::Truncated(path());
        let version = u16::from_be_bytes(*taken(&mut rest).ok_or_else(cut)?);
        if version != VERSION {
            let newer = StoreFault::Newer(path(), version);
            return Err(if version > VERSION { newer } else { StoreFault::NotAState(path()) });
        }
        let header = Self {
            serial_number: *taken(&mut rest).ok_or_else(cut)?,
            generation: u64::from_be_bytes(*taken(&mut rest).ok_or_else(cut)?),
            length: u32::from_be_bytes(*taken(&mut rest).ok_or_else(cut)?),
            wrapped: *taken(&mut rest).ok_or_else(cut)?,
        };
        match rest.len().cmp(&(header.length as usize)) {
            core::cmp::Ordering::Less => Err(cut()),
            core::cmp::Ordering::Equal => Ok((header, rest)),
            core::cmp::Ordering::Greater => Err(StoreFault::Altered(path())),
        }
    }
}

fn taken<'f, const N: usize>(rest: &mut &'f [u8]) -> Option<&'f [u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(first)
}
