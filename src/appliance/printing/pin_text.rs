//! The words for the digits of a PIN.

use serde::{Deserialize, Serialize};

/// Words for the digits 0 to 9, English as delivered. Source: manual.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PinText([Vec<u8>; 10]);

impl Default for PinText {
    fn default() -> Self {
        let english =
            ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"];
        Self(english.map(|word| word.as_bytes().to_vec()))
    }
}

impl PinText {
    /// These words, for the digits in order.
    pub const fn new(words: [Vec<u8>; 10]) -> Self {
        Self(words)
    }

    /// The word for a decimal digit; none for another character.
    pub fn word(&self, digit: u8) -> Option<&[u8]> {
        self.0.get(usize::from(digit.checked_sub(b'0')?)).map(Vec::as_slice)
    }
}
