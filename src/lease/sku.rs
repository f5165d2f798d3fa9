//! What is leased: how many LMKs, how many calls a second.

use std::fmt;
use std::str::FromStr;

/// What the names begin with, as the cloud has them.
const MODEL: &str = "payShield10K";

/// A size of the offer: `payShield10K_LMK1_CPS60` and five more.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Sku {
    /// LMKs that may be loaded: 1 or 2.
    pub lmks: u8,
    /// Calls a second: 60, 250 or 2500.
    pub calls_per_second: u16,
}

/// There is no such size.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no SKU {0}: choose payShield10K_LMK1_CPS60, or LMK2, CPS250, CPS2500")]
pub struct UnknownSku(String);

impl Sku {
    /// Every size.
    pub fn all() -> impl Iterator<Item = Self> {
        let speeds = |lmks| {
            [60, 250, 2500].map(|calls_per_second| Self { lmks, calls_per_second }).into_iter()
        };
        [1, 2].into_iter().flat_map(speeds)
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MODEL}_LMK{}_CPS{}", self.lmks, self.calls_per_second)
    }
}

impl FromStr for Sku {
    type Err = UnknownSku;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::all().find(|sku| sku.to_string() == name);
        found.ok_or_else(|| UnknownSku(name.to_owned()))
    }
}

impl serde::Serialize for Sku {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Sku {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_six() {
        let names: Vec<_> = Sku::all().map(|sku| sku.to_string()).collect();
        assert_eq!(names.len(), 6);
        assert_eq!(names[0], "payShield10K_LMK1_CPS60");
        assert_eq!(names[5], "payShield10K_LMK2_CPS2500");
        for name in
            ["payShield10K_LMK3_CPS60", "payShield10K_LMK1_CPS1000", "payshield10k_LMK1_CPS60", ""]
        {
            assert!(name.parse::<Sku>().is_err(), "{name}");
        }
    }
}
