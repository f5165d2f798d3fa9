//! Health: what happened to the device.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use vault::Moment;

/// Why the device erased its LMKs. The numbers are those that JK shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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

/// That the device was tampered with. The next start clears it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tamper {
    /// Why.
    pub cause: TamperCause,
    /// When; none without a clock.
    pub at: Option<Moment>,
}

/// Counts since the last reset.
#[derive(Debug)]
pub struct Health {
    since: Mutex<Option<Moment>>,
    restarts: AtomicU64,
    tampers: AtomicU64,
}

impl Health {
    /// Counts of a device that starts.
    pub const fn new(now: Option<Moment>) -> Self {
        Self { since: Mutex::new(now), restarts: AtomicU64::new(1), tampers: AtomicU64::new(0) }
    }

    /// When they were last at zero.
    pub fn since(&self) -> Option<Moment> {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it started.
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Relaxed)
    }

    /// How often it was tampered with.
    pub fn tampers(&self) -> u64 {
        self.tampers.load(Relaxed)
    }

    pub(crate) fn tampered(&self) {
        self.tampers.fetch_add(1, Relaxed);
    }

    /// Sets the counts to zero.
    pub fn reset(&self, now: Option<Moment>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.restarts.store(0, Relaxed);
        self.tampers.store(0, Relaxed);
    }
}
