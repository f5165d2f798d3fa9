//! Decimal digits: packing text into nibbles, and the two ways payment values are made decimal again.

/// True where every byte is an ASCII decimal digit. All are looked at, which many at a time is faster than one by one.
pub(crate) fn is_decimal(text: &[u8]) -> bool {
    text.iter().fold(true, |decimal, byte| decimal & byte.is_ascii_digit())
}

/// Value of one ASCII hexadecimal digit, either case.
pub(crate) const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Packs hexadecimal digits two to a byte from the left; bytes that get none stay 0.
///
/// None where a character is not a hexadecimal digit or the digits do not fit.
pub(crate) fn pack<const N: usize>(digits: impl IntoIterator<Item = u8>) -> Option<[u8; N]> {
    let mut packed = [0; N];
    for (index, digit) in digits.into_iter().enumerate() {
        let byte = packed.get_mut(index / 2)?;
        *byte |= hex_value(digit)? << (4 * (1 - index % 2));
    }
    Some(packed)
}

/// Packs hexadecimal digits, two for each byte: [`pack`] where all are there and many at a time are faster.
///
/// None where a character is not a hexadecimal digit or there are not as many as that.
pub(crate) fn pack_all<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let pairs = digits.as_chunks::<2>();
    let all = digits.iter().fold(true, |all, digit| all & digit.is_ascii_hexdigit());
    if !all || pairs.0.len() != N || !pairs.1.is_empty() {
        return None;
    }
    // The letters begin at 0x41 and 0x61.
    let value = |digit: u8| (digit & 0x0F) + 9 * (digit >> 6);
    let mut packed = [0; N];
    for (byte, [high, low]) in packed.iter_mut().zip(pairs.0) {
        *byte = value(*high) << 4 | value(*low);
    }
    Some(packed)
}

/// Nibbles of `bytes`, most significant first.
pub(crate) fn nibbles(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F])
}

/// Takes `N` decimal digits from a cipher block: first every nibble 0-9 from left to right, then, if that was not
/// enough, every nibble A-F less 10. ASCII.
///
/// The way of PVV, CVV and EMV card key option B. `bytes` must hold at least `N` nibbles; missing digits are `0`.
pub fn scan<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut taken = [b'0'; N];
    let decimal = nibbles(bytes).filter(|nibble| *nibble < 10);
    let others = nibbles(bytes).filter(|nibble| *nibble >= 10).map(|nibble| nibble - 10);
    for (place, digit) in taken.iter_mut().zip(decimal.chain(others)) {
        *place = b'0' + digit;
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_from_the_left() {
        assert_eq!(pack(*b"12345"), Some([0x12, 0x34, 0x50]));
        assert_eq!(pack(*b"aF"), Some([0xAF]));
        assert_eq!(pack::<1>(*b"123"), None);
        assert_eq!(pack::<1>(*b"1G"), None);
    }

    #[test]
    fn packs_all_as_one_by_one() {
        assert_eq!(pack_all(b"09afAF"), Some([0x09, 0xAF, 0xAF]));
        for digit in 0..=u8::MAX {
            assert_eq!(pack_all::<1>(&[b'0', digit]), pack::<1>([b'0', digit]), "{digit}");
        }
        assert_eq!(pack_all::<2>(b"123"), None);
        assert_eq!(pack_all::<1>(b"123"), None);
        assert_eq!(pack_all::<1>(b"1234"), None);
    }

    #[test]
    fn scans_letters_only_after_the_last_digit() {
        assert_eq!(&scan::<4>(&[0xA1, 0xB2, 0xC3, 0xD4]), b"1234");
        assert_eq!(&scan::<4>(&[0xAB, 0xCD, 0xEF, 0x9A]), b"9012");
    }
}
