//! Hexadecimal digits as keys have them: upper case only, else a flipped bit would go unseen.

/// Whether a character is such a digit.
pub(crate) const fn is_digit(character: u8) -> bool {
    matches!(character, b'0'..=b'9' | b'A'..=b'F')
}

/// Whether every character is such a digit. Without an early end, sixteen are looked at together.
pub(crate) fn all_digits(text: &[u8]) -> bool {
    text.iter().fold(true, |all, digit| all & is_digit(*digit))
}

/// Value of a digit.
const fn value(digit: u8) -> u8 {
    (digit & 15) + 9 * (digit >> 6)
}

/// The two digits of a byte.
pub(crate) const fn digits(byte: u8) -> [u8; 2] {
    const fn digit(value: u8) -> u8 {
        if value < 10 { b'0' + value } else { b'A' - 10 + value }
    }
    [digit(byte >> 4), digit(byte & 15)]
}

/// Reads digits, exactly two for each byte.
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(high) << 4 | value(low);
    }
    all_digits(text).then_some(())
}

/// The number that a few digits say.
pub(crate) fn number(text: &[u8]) -> Option<usize> {
    text.iter()
        .try_fold(0, |sum, &digit| is_digit(digit).then_some(sum << 4 | usize::from(value(digit))))
}

/// Writes two digits for each byte, as far as both reach.
pub(crate) fn encode(bytes: &[u8], text: &mut [u8]) {
    for (pair, &byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = digits(byte);
    }
}

/// Writes the bytes in the back half of a text as digits over all of it. A byte is always read before it is overwritten.
pub(crate) fn spread(text: &mut [u8]) {
    let half = text.len() / 2;
    for position in 0..half {
        let [high, low] = digits(text[half + position]);
        text[2 * position] = high;
        text[2 * position + 1] = low;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_and_written() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut text = vec![0; 512];
        encode(&bytes, &mut text);
        assert!(text.iter().all(|&digit| is_digit(digit)));
        let mut again = vec![0; 256];
        assert_eq!(decode(&text, &mut again), Some(()));
        assert_eq!(again, bytes);
        let mut in_place = [vec![0; 256], bytes].concat();
        spread(&mut in_place);
        assert_eq!(in_place, text);
    }

    #[test]
    fn nothing_else_is_read() {
        for wrong in [&b"0"[..], b"012", b"0a12", b"0G12", b"01 2", b"012345"] {
            assert_eq!(decode(wrong, &mut [0; 2]), None);
        }
        assert_eq!(number(b"1F0"), Some(0x1F0));
        assert_eq!(number(b"1f"), None);
    }
}
