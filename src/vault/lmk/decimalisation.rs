//! Decimalisation tables under an LMK.
//!
//! Variant LMK: the eight packed bytes under LMK pair 18-19, variant 1 (manual, confirmed by a simulator's value).
//! Triple-DES key block LMK: under the LMK with every byte XOR `54` (`T`), confirmed by values of a device. AES LMK: `L` and 32
//! digits (manual for the length); what they hold is not public. Here: the packed table and eight zero bytes in one block under a
//! key derived from the LMK (inferred).

use crypto::pin::verification::DecimalisationTable;
use crypto::{Aes, Algorithm, ClearKey, Tdes};
use zeroize::Zeroizing;

use super::variant::VARIANTS;
use super::{Lmk, LmkKind, Material, MaterialFault, derivation};
use crate::key_block::hexadecimal;

/// Longest form in characters.
const LONGEST: usize = 33;

/// Why a decimalisation table is not opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TableFault {
    /// 15: not 16 hexadecimal digits, or `L` and 32 under an AES LMK.
    #[error("encrypted decimalisation table is malformed")]
    Input,
    /// 25: decrypts to something else than 16 decimal digits.
    #[error("decimalisation table is invalid: check the LMK")]
    Table,
}

impl TableFault {
    /// The error code of the host protocol.
    pub const fn code(self) -> [u8; 2] {
        *match self {
            Self::Input => b"15",
            Self::Table => b"25",
        }
    }
}

/// A decimalisation table under an LMK, as it stands in a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedTable {
    text: [u8; LONGEST],
    length: usize,
}

impl SealedTable {
    /// The characters.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// The key for tables under an LMK.
pub(super) enum TableKey {
    Tdes(Tdes),
    Aes(Aes),
}

impl TableKey {
    /// LMK pair 18-19 and its variant.
    const PAIR: (u8, usize) = (9, 1);
    /// What is combined into every byte of a triple-DES key block LMK.
    const MASK: u8 = b'T';

    pub(super) fn new(material: &Material) -> Result<Self, MaterialFault> {
        let length = |_| MaterialFault::Length;
        let (pair, variant) = Self::PAIR;
        let bytes = match material.kind() {
            LmkKind::AesKeyBlock => {
                return derivation::aes(material, pair, b"DECT").map(Self::Aes);
            }
            LmkKind::KeyBlock => material.as_bytes(),
            LmkKind::Variant => material.pair(pair).ok_or(MaterialFault::Length)?,
        };
        let mut key = ClearKey::new(Algorithm::Tdes, bytes).map_err(length)?;
        let (masked, mask) = match material.kind() {
            LmkKind::Variant => (1, VARIANTS[variant]),
            LmkKind::KeyBlock | LmkKind::AesKeyBlock => (bytes.len(), Self::MASK),
        };
        for byte in key.as_mut_bytes().iter_mut().take(masked) {
            *byte ^= mask;
        }
        Tdes::new(key.as_bytes()).map(Self::Tdes).map_err(length)
    }
}

impl Lmk {
    /// Characters of a decimalisation table under this LMK: 16, or 33 under an AES LMK.
    pub const fn decimalisation_table_length(&self) -> usize {
        match self.kind() {
            LmkKind::Variant | LmkKind::KeyBlock => 16,
            LmkKind::AesKeyBlock => LONGEST,
        }
    }

    /// Seals a decimalisation table.
    pub fn seal_decimalisation_table(&self, table: &DecimalisationTable) -> SealedTable {
        let packed = Zeroizing::new(table.packed());
        let mut sealed =
            SealedTable { text: [b'L'; LONGEST], length: self.decimalisation_table_length() };
        match &self.table_key {
            TableKey::Tdes(key) => {
                let block = key.encrypt(u64::from_be_bytes(*packed));
                hexadecimal::encode(&block.to_be_bytes(), &mut sealed.text);
            }
            TableKey::Aes(key) => {
                let mut block = Zeroizing::new([0; 16]);
                block[..8].copy_from_slice(&packed[..]);
                key.encrypt(&mut block);
                hexadecimal::encode(&block[..], &mut sealed.text[1..]);
            }
        }
        sealed
    }

    /// Opens a decimalisation table. Whether it has enough different digits is not looked at.
    ///
    /// # Errors
    /// 15, 25.
    pub fn open_decimalisation_table(
        &self,
        text: &[u8],
    ) -> Result<DecimalisationTable, TableFault> {
        let mut packed = Zeroizing::new([0; 8]);
        match &self.table_key {
            TableKey::Tdes(key) => {
                let mut block = [0; 8];
                hexadecimal::decode(text, &mut block).ok_or(TableFault::Input)?;
                *packed = key.decrypt(u64::from_be_bytes(block)).to_be_bytes();
            }
            TableKey::Aes(key) => {
                let digits = text.strip_prefix(b"L").ok_or(TableFault::Input)?;
                let mut block = Zeroizing::new([0; 16]);
                hexadecimal::decode(digits, &mut block[..]).ok_or(TableFault::Input)?;
                key.decrypt(&mut block);
                let (table, zeros) = block.split_at(8);
                packed.copy_from_slice(table);
                if zeros.iter().fold(0, |seen, byte| seen | byte) != 0 {
                    return Err(TableFault::Table);
                }
            }
        }
        DecimalisationTable::from_packed(&packed).map_err(|_| TableFault::Table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_back_and_others_do_not() {
        let names = ["test-variant", "test-key-block-tdes", "test-key-block-aes"];
        let lmks = names.map(|name| Lmk::named(name).expect("a test LMK"));
        let table = DecimalisationTable::parse(b"9876543210123456").expect("a table");
        for lmk in &lmks {
            let sealed = lmk.seal_decimalisation_table(&table);
            assert_eq!(sealed.as_bytes().len(), lmk.decimalisation_table_length());
            let opened = lmk.open_decimalisation_table(sealed.as_bytes()).expect("a table");
            assert_eq!(opened.packed(), table.packed());
            for other in lmks.iter().filter(|other| other.kind() != lmk.kind()) {
                assert!(other.open_decimalisation_table(sealed.as_bytes()).is_err());
            }
            let mut text = sealed.as_bytes().to_vec();
            let last = text.len() - 1;
            text[last] = if text[last] == b'0' { b'1' } else { b'0' };
            let outcome = lmk.open_decimalisation_table(&text).err();
            assert_eq!(outcome, Some(TableFault::Table));
            text[last] = b'a';
            assert_eq!(lmk.open_decimalisation_table(&text).err(), Some(TableFault::Input));
            text.pop();
            assert_eq!(lmk.open_decimalisation_table(&text).err(), Some(TableFault::Input));
        }
    }
}
