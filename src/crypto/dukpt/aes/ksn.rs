//! Key serial numbers of AES DUKPT.

use crate::digits;
use crate::dukpt::KsnFault;

/// Key serial number of 12 bytes: initial key identifier of 8 bytes, of which the first 4 name the base derivation key
/// and the last 4 the device, and transaction counter of 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ksn {
    identifier: [u8; 8],
    counter: u32,
}

impl Ksn {
    /// The last counter of a transaction: 16 one bits at the top.
    pub const LAST_COUNTER: u32 = 0xFFFF_0000;
    /// The counter that stands for the key under which a new initial key is sent.
    pub const UPDATE_COUNTER: u32 = 0xFFFF_FFFF;
    /// Most one bits in the counter of a transaction.
    pub const MOST_ONES: u32 = 16;

    /// Key serial number from initial key identifier and counter.
    pub const fn new(identifier: [u8; 8], counter: u32) -> Self {
        Self { identifier, counter }
    }

    /// Key serial number from 24 hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Result<Self, KsnFault> {
        let (identifier, counter) = text.split_at_checked(16).ok_or(KsnFault::Digits)?;
        let counter: &[u8; 8] = counter.try_into().map_err(|_| KsnFault::Digits)?;
        let identifier = digits::pack(identifier.iter().copied()).ok_or(KsnFault::Digits)?;
        let counter = digits::pack(counter.iter().copied()).ok_or(KsnFault::Digits)?;
        Ok(Self { identifier, counter: u32::from_be_bytes(counter) })
    }

    /// The initial key identifier.
    pub const fn identifier(&self) -> [u8; 8] {
        self.identifier
    }

    /// The transaction counter.
    pub const fn counter(&self) -> u32 {
        self.counter
    }

    /// True where a device could have sent it for a transaction: the counter is not 0 and has at most 16 one bits.
    pub const fn is_usable(&self) -> bool {
        self.counter != 0 && self.counter.count_ones() <= Self::MOST_ONES
    }

    /// The key serial number of the next transaction: the next counter with at most 16 one bits. None where the device
    /// has used up its keys.
    pub fn next(self) -> Option<Self> {
        let mut counter = self.counter.checked_add(1)?;
        while counter.count_ones() > Self::MOST_ONES {
            counter = counter.checked_add(1 << counter.trailing_zeros())?;
        }
        Some(Self { counter, ..self })
    }

    /// What the derivation of a key takes in: the device's 4 bytes and a counter.
    pub(super) fn context(&self, counter: u32) -> [u8; 8] {
        (u64::from_be_bytes(self.identifier) << 32 | u64::from(counter)).to_be_bytes()
    }

    /// The counters of the derivation: the one bits of this one so far.
    pub(super) fn steps(&self) -> impl Iterator<Item = u32> {
        let counter = self.counter;
        (0..32)
            .rev()
            .filter(move |bit| counter >> bit & 1 == 1)
            .map(move |bit| counter >> bit << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_24_digits() {
        let ksn = Ksn::from_hex(b"123456789012345600000001").expect("KSN");
        assert_eq!(ksn, Ksn::new([0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56], 1));
        for text in [
            &b""[..],
            b"12345678901234560000000",
            b"1234567890123456000000012",
            b"12345678901234560000000G",
        ] {
            assert_eq!(Ksn::from_hex(text), Err(KsnFault::Digits));
        }
    }

    #[test]
    fn counting_skips_counters_with_more_than_sixteen_ones() {
        let next = |counter| Ksn::new([0; 8], counter).next().map(|ksn| ksn.counter());
        assert_eq!(next(0), Some(1));
        assert_eq!(next(0xFFFF), Some(0x1_0000));
        assert_eq!(next(0x1_FFFE), Some(0x2_0000));
        assert_eq!(next(0xFFFE_0000), Some(0xFFFE_0001));
        assert_eq!(next(0xFFFE_8000), Some(Ksn::LAST_COUNTER));
        assert_eq!(next(Ksn::LAST_COUNTER), None);
        assert_eq!(next(Ksn::UPDATE_COUNTER), None);
        assert!(Ksn::new([0; 8], Ksn::LAST_COUNTER).is_usable());
        assert!(!Ksn::new([0; 8], Ksn::UPDATE_COUNTER).is_usable());
        assert!(!Ksn::new([0; 8], 0).is_usable());
    }

    #[test]
    fn steps_gather_the_ones_of_the_counter() {
        let steps: Vec<u32> = Ksn::new([0; 8], 0x8000_0005).steps().collect();
        assert_eq!(steps, [0x8000_0000, 0x8000_0004, 0x8000_0005]);
        assert_eq!(Ksn::new([0; 8], Ksn::LAST_COUNTER).steps().count(), 16);
    }
}
