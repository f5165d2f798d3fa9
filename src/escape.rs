//! Messages as they are typed.

use std::str::FromStr;

use wire::text::{TextError, bytes};

/// A message that was typed as text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Escaped(pub(crate) Vec<u8>);

impl FromStr for Escaped {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bytes(text).map(Self)
    }
}
