//! Key serial numbers of DES and triple DES DUKPT.

use crate::digits;
use crate::dukpt::KsnFault;

/// Key serial number of 10 bytes: key set and device in the first 59 bits, transaction counter in the last 21.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ksn([u8; 10]);

impl Ksn {
    /// The highest counter, all 21 bits set. No device reaches it: see [`Ksn::is_usable`].
    pub const LAST_COUNTER: u32 = 0x001F_FFFF;
    /// Most one bits in the counter of a transaction.
    pub const MOST_ONES: u32 = 10;

    /// Key serial number from its bytes.
    pub const fn new(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// Key serial number from 1 to 20 hexadecimal digits, `F` padded on the left.
    pub fn from_hex(text: &[u8]) -> Result<Self, KsnFault> {
        let padding = 20_usize.checked_sub(text.len()).filter(|padding| *padding < 20);
        let padding = std::iter::repeat_n(b'F', padding.ok_or(KsnFault::Digits)?);
        let digits = padding.chain(text.iter().copied());
        digits::pack(digits).map(Self).ok_or(KsnFault::Digits)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// The transaction counter, 21 bits.
    pub fn counter(&self) -> u32 {
        let [.., high, middle, low] = self.0;
        u32::from_be_bytes([0, high, middle, low]) & Self::LAST_COUNTER
    }

    /// The key serial number with another transaction counter, of which 21 bits are used.
    #[must_use]
    pub fn with_counter(mut self, counter: u32) -> Self {
        let [.., high, middle, low] = &mut self.0;
        let [_, first, second, third] = (counter & Self::LAST_COUNTER).to_be_bytes();
        (*high, *middle, *low) = (*high & 0xE0 | first, second, third);
        self
    }

    /// True where a device could have sent it: the counter is not 0 and has at most 10 one bits.
    pub fn is_usable(&self) -> bool {
        (1..=Self::MOST_ONES).contains(&self.counter().count_ones())
    }

    /// The key serial number of the next transaction: the next counter with at most 10 one bits. None where the device
    /// has used up its keys, after counter 1FF800.
    pub fn next(self) -> Option<Self> {
        let mut counter = self.counter() + 1;
        while counter.count_ones() > Self::MOST_ONES {
            counter += 1 << counter.trailing_zeros();
        }
        (counter <= Self::LAST_COUNTER).then(|| self.with_counter(counter))
    }

    /// The block that names the device: the first 8 bytes without counter bits.
    pub(crate) fn device(&self) -> u64 {
        self.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first)) & !0x1F
    }

    /// The serial number registers of the derivation: the last 8 bytes with the counter's one bits so far.
    pub(crate) fn registers(&self) -> impl Iterator<Item = u64> {
        let last = self.0.last_chunk().map_or(0, |last| u64::from_be_bytes(*last));
        (0..21).rev().filter(move |bit| last >> bit & 1 == 1).map(move |bit| last >> bit << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ksn(text: &[u8]) -> Ksn {
        Ksn::from_hex(text).expect("KSN")
    }

    #[test]
    fn short_numbers_are_padded_with_f() {
        assert_eq!(ksn(b"9876543210E00001"), ksn(b"FFFF9876543210E00001"));
        assert_eq!(ksn(b"123456789012345").as_bytes()[..3], [0xFF, 0xFF, 0xF1]);
        for text in [&b""[..], b"FFFF9876543210E000010", b"FFFF9876543210G00001"] {
            assert_eq!(Ksn::from_hex(text), Err(KsnFault::Digits));
        }
    }

    #[test]
    fn the_counter_is_the_last_21_bits() {
        assert_eq!(ksn(b"FFFF9876543210E00001").counter(), 1);
        assert_eq!(ksn(b"FFFF9876543210FFFFFF").counter(), Ksn::LAST_COUNTER);
        assert_eq!(
            ksn(b"FFFF9876543210E00001").with_counter(0xFFFF_FFFF),
            ksn(b"FFFF9876543210FFFFFF")
        );
        assert_eq!(ksn(b"FFFF9876543210FFFFFF").with_counter(0), ksn(b"FFFF9876543210E00000"));
        assert_eq!(ksn(b"FFFF9876543210FFFFFF").device(), 0xFFFF_9876_5432_10E0);
    }

    #[test]
    fn counting_skips_counters_with_more_than_ten_ones() {
        let start = ksn(b"FFFF9876543210E00000");
        assert!(!start.is_usable());
        assert_eq!(start.next(), Some(start.with_counter(1)));
        assert_eq!(start.with_counter(0x3FF).next(), Some(start.with_counter(0x400)));
        assert_eq!(start.with_counter(0x7FE).next(), Some(start.with_counter(0x800)));
        let last = start.with_counter(0x001F_F800);
        assert!(last.is_usable());
        assert_eq!(last.next(), None);
        assert_eq!(start.with_counter(Ksn::LAST_COUNTER).next(), None);
        assert!(!start.with_counter(Ksn::LAST_COUNTER).is_usable());
    }

    #[test]
    fn a_device_has_more_than_a_million_keys() {
        let start = ksn(b"FFFF9876543210E00000");
        let usable = std::iter::successors(start.next(), |ksn| ksn.next());
        assert_eq!(usable.inspect(|ksn| assert!(ksn.is_usable())).count(), 1_048_575);
    }

    #[test]
    fn registers_gather_the_ones_of_the_counter() {
        let registers: Vec<u64> = ksn(b"FFFF9876543210F00005").registers().collect();
        assert_eq!(
            registers,
            [0x9876_5432_10F0_0000, 0x9876_5432_10F0_0004, 0x9876_5432_10F0_0005]
        );
        assert_eq!(ksn(b"FFFF9876543210E00000").registers().count(), 0);
    }
}
