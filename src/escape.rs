//! Messages as they are typed.

use std::{
    io::{self, Read as _},
    str::FromStr,
};

use wire::text::{TextError, bytes};

use crate::failure::Failure;

/// A message that was typed as text.
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
        let line = line.strip_suffix('\r').unwrap_or(line);
        bytes(line).map_err(Failure::usage)
    }
}

impl FromStr for Escaped {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bytes(text).map(Self)
    }
}
