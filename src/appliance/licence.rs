//! The licence: how many LMKs, how many calls a second, and which packages of commands.

use core::fmt;
use core::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Most LMKs that there are licences for.
const MOST_LMKS: u8 = 20;

/// What the owner of the device has a licence for. It survives a reset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Licence {
    /// LMKs that may be loaded at the same time, 1 to 20.
    pub lmks: u8,
    /// Calls that are answered within a second; further ones wait. None is as many as the machine can answer.
    pub calls_per_second: Option<u32>,
    /// Packages of commands.
    pub packages: Packages,
}

impl Default for Licence {
    /// All there is.
    fn default() -> Self {
        Self { lmks: MOST_LMKS, calls_per_second: None, packages: Packages::ALL }
    }
}

/// As products are called: `LMK2_CPS250`, or `LMK20` without a limit of calls.
impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LMK{}", self.lmks)?;
        self.calls_per_second.map_or(Ok(()), |calls| write!(f, "_CPS{calls}"))
    }
}

/// Why a text names no licence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a licence is called LMK1_CPS60, LMK2_CPS250, LMK2_CPS2500 and so on; LMK1 to LMK20 alone limits no calls"
)]
pub struct NoLicence;

/// Why a licence is not taken: so many LMKs are loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} LMKs are loaded: erase some first, or take a licence for as many")]
pub struct LmksInUse(pub usize);

impl FromStr for Licence {
    type Err = NoLicence;

    /// Reads the name of a product, also with what stands before it at a provider; the packages are all.
    fn from_str(text: &str) -> Result<Self, NoLicence> {
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("PAYSHIELD10K_").unwrap_or(&upper);
        let (lmks, calls) = match name.split_once("_CPS") {
            Some((lmks, calls)) => (lmks, Some(calls)),
            None => (name, None),
        };
        let number = |text: &str| text.parse().ok().filter(|number: &u32| *number > 0);
        let lmks = lmks.strip_prefix("LMK").and_then(number).and_then(|it| u8::try_from(it).ok());
        let lmks = lmks.filter(|lmks| *lmks <= MOST_LMKS).ok_or(NoLicence)?;
        let calls_per_second = match calls {
            Some(calls) => Some(number(calls).ok_or(NoLicence)?),
            None => None,
        };
        Ok(Self { lmks, calls_per_second, packages: Packages::ALL })
    }
}

/// Packages of commands. Their names are those of a provider; which commands are in which is inferred, but for
/// the legacy commands, which a manual lists.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Packages(u16);

impl Packages {
    /// Every package.
    pub const ALL: Self = Self((1 << Self::WORDS.len()) - 1);

    /// What definitions of commands, and the configuration, call them.
    pub const WORDS: [&'static str; 9] = [
        Self::BASE,
        "premium-key-management",
        "magnetic-stripe-issuing",
        "magnetic-stripe-transactions",
        "emv-issuing",
        "emv-transactions",
        "user-authentication",
        "data-protection",
        "legacy",
    ];

    /// What every device has.
    pub const BASE: &'static str = "base";

    /// Whether it is every package.
    #[inline]
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// Whether the package that is called so is among them.
    pub fn has(self, word: &str) -> bool {
        Self::WORDS.iter().position(|own| *own == word).is_some_and(|at| self.0 & 1 << at != 0)
    }

    /// What they are called.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::WORDS.into_iter().filter(move |word| self.has(word))
    }
}

/// `all`, or the packages beside the base, with commas.
impl fmt::Display for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all");
        }
        f.write_str(&self.words().collect::<Vec<_>>().join(","))
    }
}

/// Why a text names no packages.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is no package: say all, or some of {words}, with commas", words = Packages::WORDS.join(", "))]
pub struct NoPackage(String);

impl FromStr for Packages {
    type Err = NoPackage;

    fn from_str(text: &str) -> Result<Self, NoPackage> {
        if text == "all" {
            return Ok(Self::ALL);
        }
        let mut packages = 1;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let at = Self::WORDS.iter().position(|own| *own == word);
            packages |= 1 << at.ok_or_else(|| NoPackage(word.to_owned()))?;
        }
        Ok(Self(packages))
    }
}

impl TryFrom<String> for Packages {
    type Error = NoPackage;

    fn try_from(text: String) -> Result<Self, NoPackage> {
        text.parse()
    }
}

impl From<Packages> for String {
    fn from(packages: Packages) -> Self {
        packages.to_string()
    }
}

/// Spreads calls over time: a bucket of tokens, in which a call that finds none waits for its own.
///
/// Kept is only the instant up to which tokens are spent, so that workers need no lock. Without a limit nothing is
/// written, and no clock is read.
#[derive(Debug)]
pub(crate) struct Pace {
    began: Instant,
    /// Nanoseconds in which one token comes; 0 without a limit.
    interval: AtomicU64,
    /// Nanoseconds from the beginning.
    spent_until: AtomicU64,
}

/// What the bucket holds: the tokens of so much time (inferred).
const BURST: Duration = Duration::from_millis(100);

impl Pace {
    pub(crate) fn new(calls_per_second: Option<u32>) -> Self {
        let pace = Self {
            began: Instant::now(),
            interval: AtomicU64::new(0),
            spent_until: AtomicU64::new(0),
        };
        pace.set(calls_per_second);
        pace
    }

    /// Goes by another limit from now on. Calls that wait already wait as long as they were told.
    pub(crate) fn set(&self, calls_per_second: Option<u32>) {
        let interval = calls_per_second.map_or(0, |calls| 1_000_000_000 / u64::from(calls.max(1)));
        if self.interval.swap(interval, Relaxed) != interval {
            self.spent_until.store(0, Relaxed);
        }
    }

    /// Takes a token for each call; how long until the last is there.
    #[inline]
    pub(crate) fn wait(&self, calls: usize) -> Duration {
        match self.interval.load(Relaxed) {
            0 => Duration::ZERO,
            interval => self.wait_at(self.began.elapsed(), interval, calls),
        }
    }

    fn wait_at(&self, since: Duration, interval: u64, calls: usize) -> Duration {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let now = nanoseconds(since);
        let earliest = nanoseconds(since.saturating_sub(BURST));
        let cost = interval.saturating_mul(calls as u64);
        let spend = |until: u64| until.max(earliest).saturating_add(cost);
        let until = self.spent_until.fetch_update(Relaxed, Relaxed, |until| Some(spend(until)));
        let until = spend(until.unwrap_or_else(|until| until));
        Duration::from_nanos(until.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_called_as_products_are() {
        for (text, lmks, calls) in [
            ("payShield10K_LMK1_CPS60", 1, Some(60)),
            ("payShield10K_LMK2_CPS250", 2, Some(250)),
            ("LMK2_CPS2500", 2, Some(2500)),
            ("lmk20", 20, None),
        ] {
            let licence: Licence = text.parse().expect("a licence");
            assert_eq!((licence.lmks, licence.calls_per_second), (lmks, calls), "{text}");
            assert_eq!(licence.to_string().parse(), Ok(licence));
        }
        for wrong in ["", "LMK", "LMK0", "LMK21", "LMK2_CPS", "LMK2_CPS0", "CPS60", "LMK2CPS60"] {
            assert_eq!(wrong.parse::<Licence>(), Err(NoLicence), "{wrong}");
        }
    }

    #[test]
    fn packages_are_named() {
        let some: Packages = "legacy, emv-issuing".parse().expect("packages");
        assert_eq!(some.to_string(), "base,emv-issuing,legacy");
        assert!(some.has("base") && some.has("legacy") && !some.has("data-protection"));
        assert!(!some.has("nothing") && !some.is_all());
        assert_eq!("all".parse(), Ok(Packages::ALL));
        assert_eq!(Packages::WORDS.join(",").parse(), Ok(Packages::ALL));
        assert!("rsa".parse::<Packages>().is_err());
    }

    #[test]
    fn calls_wait_for_their_token() {
        let pace = Pace::new(Some(100));
        let (interval, second) = (10_000_000, Duration::from_secs(1));
        let wait = |since, calls| pace.wait_at(since, interval, calls).as_millis();
        // Ten are there at first, and come again in a tenth of a second.
        assert_eq!([wait(second, 10), wait(second, 1), wait(second, 4)], [0, 10, 50]);
        assert_eq!(wait(second + Duration::from_millis(45), 1), 15);
        assert_eq!([wait(2 * second, 10), wait(2 * second, 1)], [0, 10]);
        // Another limit holds from the next call on, and what was spent under the one before is forgotten.
        pace.set(Some(100));
        assert!(pace.wait(1_000_000) > second);
        pace.set(Some(1000));
        assert!(pace.wait(50) <= second / 10 && pace.wait(2000) > second);
        pace.set(None);
        assert_eq!(pace.wait(1_000_000), Duration::ZERO);
        pace.set(Some(1));
        assert!(pace.wait(10) > second);
    }
}
