//! Messages as they are typed and shown: text with `\xNN` for other bytes.

use std::{
    io::{self, Read as _},
    str::FromStr,
};

use crate::failure::Failure;

/// Bytes that were typed as text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Escaped(pub(crate) Vec<u8>);

impl Escaped {
    /// The bytes; where `-` was typed, those that standard input holds, typed in the same way. A
    /// line feed at its end does not count.
    pub(crate) fn or_standard_input(&self) -> Result<Vec<u8>, Failure> {
        if self.0 != b"-" {
            return Ok(self.0.clone());
        }
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::usage(format_args!("standard input: {error}")))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        line.strip_suffix('\r')
            .unwrap_or(line)
            .parse()
            .map(|Self(bytes)| bytes)
            .map_err(Failure::usage)
    }
}

impl FromStr for Escaped {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            (bytes, rest) = match (first, after) {
                (b'\\', [b'x', high, low, after @ ..]) => {
                    let digits = [*high, *low];
                    let mut byte = [0];
                    hex::decode_to_slice(digits, &mut byte)
                        .map_err(|_| "\\x takes two hexadecimal digits")?;
                    (pushed(bytes, byte[0]), after)
                }
                (b'\\', [b'\\', after @ ..]) => (pushed(bytes, b'\\'), after),
                (b'\\', [b'n', after @ ..]) => (pushed(bytes, b'\n'), after),
                (b'\\', [b'r', after @ ..]) => (pushed(bytes, b'\r'), after),
                (b'\\', [b't', after @ ..]) => (pushed(bytes, b'\t'), after),
                (b'\\', [quote @ (b'"' | b'\''), after @ ..]) => (pushed(bytes, *quote), after),
                (b'\\', _) => return Err("a backslash is written \\\\, another byte \\xNN"),
                _ => (pushed(bytes, *first), after),
            };
        }
        Ok(Self(bytes))
    }
}

fn pushed(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        let all: Vec<u8> = (0..=255).collect();
        let shown = all.escape_ascii().to_string();
        assert_eq!(shown.parse(), Ok(Escaped(all)));
    }

    #[test]
    fn half_an_escape_is_refused() {
        for text in ["\\", "\\x", "\\x1", "\\xGG", "\\q"] {
            assert!(text.parse::<Escaped>().is_err(), "{text}");
        }
    }
}
