//! Decimalisation tables of the IBM 3624 method.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Malformed;
use crate::digits;

/// The decimal digit for each of the 16 hexadecimal digits, wiped when dropped.
///
/// A table that maps few digits gives PINs away, so devices keep it enciphered and check it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DecimalisationTable([u8; 16]);

impl DecimalisationTable {
    /// Table from 16 ASCII decimal digits, the digit for 0 first.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let mut table = Self([0; 16]);
        table.0.copy_from_slice(text.first_chunk::<16>().ok_or(Malformed::Table)?);
        if text.len() == 16 && digits::is_decimal(text) {
            for digit in &mut table.0 {
                *digit -= b'0';
            }
            Ok(table)
        } else {
            Err(Malformed::Table)
        }
    }

    /// Table from its digits packed two to a byte, the form in which it is enciphered.
    pub fn from_packed(packed: &[u8; 8]) -> Result<Self, Malformed> {
        let mut table = Self([0; 16]);
        for (place, nibble) in table.0.iter_mut().zip(digits::nibbles(packed)) {
            *place = nibble;
        }
        if table.0.iter().all(|digit| *digit < 10) { Ok(table) } else { Err(Malformed::Table) }
    }

    /// The digits packed two to a byte; the copy must be wiped.
    pub fn packed(&self) -> [u8; 8] {
        let mut packed = [0; 8];
        for (place, pair) in packed.iter_mut().zip(self.0.as_chunks().0) {
            let [left, right] = pair;
            *place = left << 4 | right;
        }
        packed
    }

    /// True where the table has at least 8 different digits and none more than 4 times: the check that a device
    /// makes unless it is switched off. Manual.
    pub fn is_diverse(&self) -> bool {
        let mut times = [0; 10];
        for digit in self.0 {
            if let Some(times) = times.get_mut(usize::from(digit)) {
                *times += 1;
            }
        }
        let used = times.iter().filter(|times| **times > 0).count();
        used >= 8 && times.iter().all(|times| *times <= 4)
    }

    /// The digits for the nibbles of a word, each in its place.
    pub(super) fn apply(&self, nibbles: u64) -> u64 {
        // The whole table is read for each nibble, so that memory access does not depend on it.
        (0..64).step_by(4).fold(0, |word, shift| {
            let nibble = nibbles >> shift & 0xF;
            let digit = (0..).zip(&self.0).fold(0, |digit, (index, entry): (u64, &u8)| {
                let differs = (nibble ^ index).wrapping_neg() >> 63;
                digit | u64::from(*entry) & differs.wrapping_sub(1)
            });
            word | digit << shift
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_each_nibble_through_the_table() {
        let table = DecimalisationTable::parse(b"9876543210123456").expect("digits");
        assert_eq!(table.apply(0x0123_4567_89AB_CDEF), 0x9876_5432_1012_3456);
        assert_eq!(table.apply(0xFFFF_0000_1111_ABCD), 0x6666_9999_8888_1234);
        let packed = table.packed();
        assert_eq!(packed, [0x98, 0x76, 0x54, 0x32, 0x10, 0x12, 0x34, 0x56]);
        let again = DecimalisationTable::from_packed(&packed).expect("digits");
        assert_eq!(again.apply(0x0F), table.apply(0x0F));
    }

    #[test]
    fn refuses_what_is_not_sixteen_decimal_digits() {
        for text in [&b""[..], b"012345678901234", b"01234567890123456", b"0123456789ABCDEF"] {
            assert_eq!(DecimalisationTable::parse(text).err(), Some(Malformed::Table));
        }
        assert!(DecimalisationTable::from_packed(&[0xAB; 8]).is_err());
    }

    #[test]
    fn diversity_needs_eight_digits_and_none_five_times() {
        let diverse = |text: &[u8]| DecimalisationTable::parse(text).expect("digits").is_diverse();
        assert!(diverse(b"0123456789012345"));
        assert!(diverse(b"0000111123456722"));
        assert!(!diverse(b"0000011123456789"), "0 five times");
        assert!(!diverse(b"0000111122223456"), "seven different digits");
        assert!(!diverse(b"0000000000000000"));
    }
}
