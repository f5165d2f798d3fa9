//! Whole numbers with a range.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// A whole number from `LOW` to `HIGH`, both included.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "u64")]
pub(crate) struct Bounded<const LOW: u32, const HIGH: u32>(u32);

/// A number that is outside its range, or no number.
#[derive(Debug, thiserror::Error)]
#[error("{given} is not a whole number from {low} to {high}")]
pub(crate) struct OutOfRange {
    given: String,
    low: u32,
    high: u32,
}

impl<const LOW: u32, const HIGH: u32> Bounded<LOW, HIGH> {
    /// The number.
    pub(crate) const fn get(self) -> u32 {
        self.0
    }

    fn refuse(given: impl fmt::Display) -> OutOfRange {
        OutOfRange { given: given.to_string(), low: LOW, high: HIGH }
    }
}

impl<const LOW: u32, const HIGH: u32> TryFrom<u64> for Bounded<LOW, HIGH> {
    type Error = OutOfRange;

    fn try_from(given: u64) -> Result<Self, OutOfRange> {
        match u32::try_from(given) {
            Ok(number) if (LOW..=HIGH).contains(&number) => Ok(Self(number)),
            _ => Err(Self::refuse(given)),
        }
    }
}

impl<const LOW: u32, const HIGH: u32> FromStr for Bounded<LOW, HIGH> {
    type Err = OutOfRange;

    fn from_str(given: &str) -> Result<Self, OutOfRange> {
        given.parse::<u64>().map_err(|_| Self::refuse(given))?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_in_range() {
        for (given, accepted) in [
            ("0", false),
            ("1", true),
            ("4096", true),
            ("4097", false),
            ("-1", false),
            ("x", false),
        ] {
            assert_eq!(given.parse::<Bounded<1, 4096>>().is_ok(), accepted, "{given}");
        }
        let refusal = "0".parse::<Bounded<1, 4096>>().map_err(|error| error.to_string());
        assert_eq!(refusal, Err("0 is not a whole number from 1 to 4096".to_owned()));
    }
}
