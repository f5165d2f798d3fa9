//! LMKs in the configuration.

use std::fmt;

use serde::Deserialize;
use vault::Lmk;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Table `[[lmk]]`: an LMK to load, and what stands in key change storage beside it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenLmk {
    /// Identifier, 0 to 99. The first LMK is the default one.
    pub(crate) id: u8,
    /// The LMK in use.
    pub(crate) name: GivenKey,
    /// The LMK before it, as the console command LO loads one.
    pub(crate) old: Option<GivenKey>,
    /// The LMK after it, as the console command LN loads one.
    pub(crate) new: Option<GivenKey>,
}

/// An LMK: the name of a public test LMK, or the kind and the key of another.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(from = "String")]
pub(crate) struct GivenKey(Zeroizing<String>);

impl From<String> for GivenKey {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl GivenKey {
    /// The LMK.
    pub(crate) fn lmk(&self, id: u8) -> Result<Lmk, Failure> {
        Lmk::named(&self.0)
            .map_err(|fault| Failure::usage(format_args!("LMK {id:02}, `{self}`: {fault}")))
    }

    /// Whether the key itself stands in the configuration.
    pub(crate) fn is_written_out(&self) -> bool {
        self.0.contains(':')
    }
}

/// Without the digits of a key.
impl fmt::Display for GivenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once(':') {
            Some((kind, _)) => write!(f, "{kind}:..."),
            None => f.write_str(&self.0),
        }
    }
}

impl fmt::Debug for GivenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_key_are_not_shown() {
        let digits = "C1".repeat(31);
        let key = GivenKey::from(format!("key-block-aes:{digits}"));
        assert_eq!(format!("{key} {key:?}"), "key-block-aes:... key-block-aes:...");
        let told = key.lmk(7).err().expect("a byte is missing").to_string();
        assert!(told.starts_with("LMK 07, `key-block-aes:...`: length"), "{told}");
        assert!(!told.contains("C1"), "{told}");
    }
}
