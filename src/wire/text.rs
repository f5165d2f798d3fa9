//! Messages as text: printable characters as they are, all other bytes as `\xNN` or `\x{NN..}`.

use thiserror::Error;

/// Why a text is not a message.
#[derive(Debug, Error, PartialEq)]
pub enum TextError {
    /// Something else than `\\`, `\xNN`, `\x{NN..}`, `\n`, `\r`, `\t` or a quote follows a backslash.
    #[error("a backslash starts \\\\, \\xNN or \\x{{NN..}} with hexadecimal digits, at byte {0}")]
    Escape(usize),
    /// A character that is not printable ASCII.
    #[error("only printable ASCII stands for itself: write \\xNN instead, at byte {0}")]
    Unprintable(usize),
}

/// One byte of a message, and whether it was written as an escape (a brace then is only a brace).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// The byte.
    pub byte: u8,
    /// Written as `\xNN`, `\x{NN}` or `\\`.
    pub escaped: bool,
}

/// The bytes of a written message.
pub fn read(text: &str) -> Result<Vec<Unit>, TextError> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let at = text.len() - rest.len();
        match first {
            b'\\' => {
                let (bytes, after) = escape(after).ok_or(TextError::Escape(at))?;
                units.extend(bytes.into_iter().map(|byte| Unit { byte, escaped: true }));
                rest = after;
            }
            b' '..=b'~' => {
                units.push(Unit { byte: first, escaped: false });
                rest = after;
            }
            _ => return Err(TextError::Unprintable(at)),
        }
    }
    Ok(units)
}

/// What follows a backslash, and the rest.
fn escape(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    match text {
        // As the standard library writes escaped ASCII, so that whatever `send` shows can be pasted.
        [quoted @ (b'\\' | b'\'' | b'"'), rest @ ..] => Some((vec![*quoted], rest)),
        [b'n', rest @ ..] => Some((vec![b'\n'], rest)),
        [b'r', rest @ ..] => Some((vec![b'\r'], rest)),
        [b't', rest @ ..] => Some((vec![b'\t'], rest)),
        [b'x', b'{', rest @ ..] => {
            let end = rest.iter().position(|&byte| byte == b'}')?;
            let (digits, rest) = rest.split_at(end);
            Some((octets(digits)?, rest.get(1..)?))
        }
        [b'x', rest @ ..] => {
            let (digits, rest) = rest.split_at_checked(2)?;
            Some((octets(digits)?, rest))
        }
        _ => None,
    }
}

fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    let mut octets = vec![0; digits.len() / 2];
    hex::decode_to_slice(digits, &mut octets).ok()?;
    Some(octets)
}

/// The bytes of a written message, however they were written.
pub fn bytes(text: &str) -> Result<Vec<u8>, TextError> {
    Ok(read(text)?.into_iter().map(|unit| unit.byte).collect())
}

/// Writes a message so that [`read`] reads it again, braces and all.
pub fn write(message: &[u8]) -> String {
    let plain =
        |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'\'' | b'{' | b'}');
    let mut text = String::with_capacity(message.len());
    for run in message.chunk_by(|left, right| plain(left) == plain(right)) {
        if run.first().is_none_or(plain) {
            text.extend(run.iter().copied().map(char::from));
            continue;
        }
        let (open, close) = if run.len() == 1 { ("\\x", "") } else { ("\\x{", "}") };
        text.push_str(open);
        for byte in run {
            for digit in [byte >> 4, byte & 15] {
                text.extend(
                    char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()),
                );
            }
        }
        text.push_str(close);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_bytes() {
        assert_eq!(bytes(r"M0\x00\\\x{1c1d}'"), Ok(b"M0\x00\\\x1c\x1d'".to_vec()));
        assert_eq!(bytes(r"\x{}"), Ok(Vec::new()));
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&all.escape_ascii().to_string()), Ok(all));
    }

    #[test]
    fn wrong_escapes_are_refused() {
        for text in [r"a\", r"a\q", r"a\x", r"a\x1", r"a\x1g", r"a\x{1}", r"a\x{11", r"a\x{1 1}"] {
            assert_eq!(bytes(text), Err(TextError::Escape(1)), "{text}");
        }
        assert_eq!(bytes("a\u{e9}"), Err(TextError::Unprintable(1)));
    }

    #[test]
    fn every_byte_is_read_back() {
        let message: Vec<u8> = (0..=255).chain([0, b'A', 0]).collect();
        assert_eq!(bytes(&write(&message)), Ok(message));
    }
}
