//! Numbers and bytes in digits.

use bytes::{BufMut, BytesMut};

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Value of each byte as a capital hexadecimal digit; `NOT_HEX` where it is none.
const VALUES: [u8; 256] = {
    let mut values = [NOT_HEX; 256];
    let mut digit = 0;
    while digit < 16 {
        values[DIGITS[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

const NOT_HEX: u8 = 0xFF;

/// Appends `value` as `width` decimal digits.
pub fn put_decimal(out: &mut BytesMut, value: u64, width: usize) {
    put_number(out, value, width, 10);
}

/// Appends `value` as `width` digits of `radix`.
pub fn put_number(out: &mut BytesMut, value: u64, width: usize, radix: u64) {
    let mut unit = (1..width).fold(1, |unit: u64, _| unit.saturating_mul(radix));
    for _ in 0..width {
        let digit = usize::try_from(value / unit % radix).unwrap_or(0);
        out.put_u8(DIGITS[digit & 0x0F]);
        unit = (unit / radix).max(1);
    }
}

/// Appends bytes in capital hexadecimal digits.
#[inline]
pub fn put_hex(out: &mut BytesMut, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    write_hex(bytes, &mut out[start..]);
}

/// Writes bytes in capital hexadecimal digits, two for each, as far as there is room.
pub fn write_hex(bytes: &[u8], into: &mut [u8]) {
    for (pair, byte) in into.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0x0F)]]);
    }
}

/// The bytes that capital hexadecimal digits mean, in `into`; false if they are not such digits or
/// not two for each byte.
#[inline]
pub fn read_hex(digits: &[u8], into: &mut [u8]) -> bool {
    let mut seen = 0;
    for (byte, pair) in into.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | low & 0x0F;
    }
    digits.len() == 2 * into.len() && seen < 16
}

/// Whether every byte is a capital hexadecimal digit.
#[inline]
pub fn all_hex(digits: &[u8]) -> bool {
    // Without a table and without a branch, so that sixteen are looked at together.
    let is_hex = |digit: u8| digit.wrapping_sub(b'0') < 10 || digit.wrapping_sub(b'A') < 6;
    digits.iter().fold(true, |all, digit| all & is_hex(*digit))
}

/// The number that decimal or capital hexadecimal digits mean, if it fits.
pub fn read_number(digits: &[u8], radix: u32) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = u64::from(VALUES[usize::from(*digit)]);
        let digit = (digit < u64::from(radix)).then_some(digit)?;
        value.checked_mul(radix.into())?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_bytes() {
        let mut out = BytesMut::new();
        put_decimal(&mut out, 1234, 6);
        put_number(&mut out, 0xAB, 4, 16);
        put_hex(&mut out, &[0x09, 0xFA]);
        assert_eq!(&out[..], b"00123400AB09FA");
        let mut bytes = [0; 2];
        assert!(read_hex(b"09FA", &mut bytes));
        assert_eq!(bytes, [0x09, 0xFA]);
        for wrong in [&b"09F"[..], b"09fa", b"09F ", b"09FA0"] {
            assert!(!read_hex(wrong, &mut bytes), "{wrong:?}");
        }
        assert_eq!(read_number(b"0019", 10), Some(19));
        assert_eq!(read_number(b"001A", 10), None);
        assert_eq!(read_number(b"FFFF", 16), Some(0xFFFF));
        assert_eq!(read_number(b"ffff", 16), None);
        assert_eq!(read_number(b"99999999999999999999999", 10), None);
    }
}
