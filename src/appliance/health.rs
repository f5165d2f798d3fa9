//! Health: what happened to the device.

use serde::{Deserialize, Serialize};
use vault::Moment;

/// Why the device erased its LMKs. The numbers are those that JK shows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TamperCause {
    /// Not known.
    Unknown = 0,
    /// Temperature.
    Temperature = 1,
    /// Battery low.
    Battery = 2,
    /// Erase button.
    EraseButton = 3,
    /// Watchdog.
    Watchdog = 4,
    /// Supply voltage.
    Voltage = 5,
    /// Restart of the security processor.
    Restart = 6,
    /// Motion.
    Motion = 7,
    /// Case.
    Case = 8,
    /// Security module.
    Module = 9,
    /// General.
    General = 10,
}

impl TamperCause {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unknown,
        Self::Temperature,
        Self::Battery,
        Self::EraseButton,
        Self::Watchdog,
        Self::Voltage,
        Self::Restart,
        Self::Motion,
        Self::Case,
        Self::Module,
        Self::General,
    ];

    /// As the console calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Temperature => "temperature",
            Self::Battery => "battery",
            Self::EraseButton => "erase-button",
            Self::Watchdog => "watchdog",
            Self::Voltage => "voltage",
            Self::Restart => "restart",
            Self::Motion => "motion",
            Self::Case => "case",
            Self::Module => "module",
            Self::General => "general",
        }
    }

    /// The cause that the console calls so.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

/// That the device was tampered with. The next start clears it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tamper {
    /// Why.
    pub cause: TamperCause,
    /// When; none without a clock.
    pub at: Option<Moment>,
}

/// Counts since the last reset.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Health {
    /// When they were last at zero.
    pub since: Option<Moment>,
    /// How often the device started.
    pub restarts: u64,
    /// How often it was tampered with.
    pub tampers: u64,
}

impl Health {
    /// Counts that begin at zero.
    pub fn reset(now: Option<Moment>) -> Self {
        Self { since: now, ..Self::default() }
    }

    /// Counts a start.
    pub(crate) fn started(&mut self, now: Option<Moment>) {
        self.since = self.since.or(now);
        self.restarts += 1;
    }
}
