//! Fraud detection: PINs that are tried out.
//!
//! Counted are PIN verifications that fail, by the minute and by the hour, and PIN attacks: PIN blocks
//! that hold no PIN, as trying other keys, formats or account numbers gives (inferred). Counters are
//! touched where something fails, and never by a right PIN.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// How much is too much. Defaults of the limits: an example of the manual.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct FraudLimits {
    /// Whether anything is counted. Default inferred.
    pub enabled: bool,
    /// PIN verifications that may fail within a minute; one more stops all PIN verification: error 39.
    pub failures_per_minute: u32,
    /// The same within an hour.
    pub failures_per_hour: u32,
    /// PIN attacks that may happen; one more erases the LMKs (inferred).
    pub attacks: u32,
}

impl Default for FraudLimits {
    fn default() -> Self {
        Self { enabled: false, failures_per_minute: 100, failures_per_hour: 1000, attacks: 100 }
    }
}

/// A limit, by the number that the audit log has for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FraudLimit {
    /// Failures within a minute.
    Minute = 1,
    /// Failures within an hour.
    Hour = 2,
    /// PIN attacks.
    Attacks = 3,
}

/// Counts what fails. No locks: workers count at the same time.
#[derive(Debug)]
pub struct FraudDetection {
    began: Instant,
    minute: Window,
    hour: Window,
    attacks: AtomicU32,
    /// Those that count towards the limit: the host can reset the others.
    attacks_to_limit: AtomicU32,
    is_attacked: AtomicBool,
    is_stopped: AtomicBool,
}

/// What outlives the power: else a restart would let PINs be tried on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct FraudRecord {
    counts: FraudCounts,
    attacks_to_limit: u32,
    is_attacked: bool,
    is_stopped: bool,
}

/// What was counted since the counts were reset.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct FraudCounts {
    /// Minutes in which too many PIN verifications failed.
    pub minutes: u32,
    /// Hours in which too many PIN verifications failed.
    pub hours: u32,
    /// PIN attacks.
    pub attacks: u32,
}

/// Failures in the present stretch of time, and stretches that had too many.
#[derive(Debug)]
struct Window {
    length: Duration,
    /// Number of the stretch in the upper half, failures in the lower.
    failures: AtomicU64,
    exceeded: AtomicU32,
}

impl Window {
    const fn new(length: Duration, exceeded: u32) -> Self {
        Self { length, failures: AtomicU64::new(0), exceeded: AtomicU32::new(exceeded) }
    }

    /// Counts one more failure: whether it is more than the limit, and the first that is.
    fn count(&self, since: Duration, limit: u32) -> (bool, bool) {
        let number = since.as_secs() / self.length.as_secs();
        let next = |seen: u64| if seen >> 32 == number { seen + 1 } else { number << 32 | 1 };
        let seen = self.failures.fetch_update(Relaxed, Relaxed, |seen| Some(next(seen)));
        let failures = next(seen.unwrap_or_else(|seen| seen)) & u64::from(u32::MAX);
        let is_first = failures == u64::from(limit) + 1;
        if is_first {
            self.exceeded.fetch_add(1, Relaxed);
        }
        (failures > limit.into(), is_first)
    }
}

impl Default for FraudDetection {
    fn default() -> Self {
        Self::new(FraudRecord::default())
    }
}

impl FraudDetection {
    /// Goes on from what was counted before.
    pub fn new(record: FraudRecord) -> Self {
        let FraudRecord { counts, attacks_to_limit, is_attacked, is_stopped } = record;
        Self {
            began: Instant::now(),
            minute: Window::new(Duration::from_mins(1), counts.minutes),
            hour: Window::new(Duration::from_hours(1), counts.hours),
            attacks: AtomicU32::new(counts.attacks),
            attacks_to_limit: AtomicU32::new(attacks_to_limit),
            is_attacked: AtomicBool::new(is_attacked),
            is_stopped: AtomicBool::new(is_stopped),
        }
    }

    /// What is to be kept.
    pub fn record(&self) -> FraudRecord {
        FraudRecord {
            counts: self.counts(),
            attacks_to_limit: self.attacks_to_limit.load(Relaxed),
            is_attacked: self.is_attacked(),
            is_stopped: self.is_stopped(),
        }
    }

    /// Notes that a PIN verification failed; the limit that was exceeded by that.
    pub fn pin_failed(&self, limits: &FraudLimits) -> Option<FraudLimit> {
        self.pin_failed_at(self.began.elapsed(), limits)
    }

    fn pin_failed_at(&self, since: Duration, limits: &FraudLimits) -> Option<FraudLimit> {
        if !limits.enabled {
            return None;
        }
        let (minute, first_in_minute) = self.minute.count(since, limits.failures_per_minute);
        let (hour, first_in_hour) = self.hour.count(since, limits.failures_per_hour);
        if minute || hour {
            self.is_stopped.store(true, Relaxed);
        }
        match (first_in_hour, first_in_minute) {
            (true, _) => Some(FraudLimit::Hour),
            (false, true) => Some(FraudLimit::Minute),
            (false, false) => None,
        }
    }

    /// Notes a PIN attack; true where it is the first beyond the limit.
    pub fn pin_attacked(&self, limits: &FraudLimits) -> bool {
        if !limits.enabled {
            return false;
        }
        self.attacks.fetch_add(1, Relaxed);
        self.attacks_to_limit.fetch_add(1, Relaxed) >= limits.attacks
            && !self.is_attacked.swap(true, Relaxed)
    }

    /// Whether PIN verification is stopped.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Relaxed)
    }

    /// Whether there were too many PIN attacks.
    pub fn is_attacked(&self) -> bool {
        self.is_attacked.load(Relaxed)
    }

    /// Allows PIN verification again, and as many PIN attacks as at first; false where neither limit was
    /// exceeded.
    pub fn allow_again(&self) -> bool {
        let was_stopped = self.is_stopped.swap(false, Relaxed);
        let was_attacked = self.is_attacked.swap(false, Relaxed);
        if was_attacked {
            self.attacks_to_limit.store(0, Relaxed);
        }
        for window in [&self.minute, &self.hour] {
            window.failures.store(0, Relaxed);
        }
        was_stopped || was_attacked
    }

    /// What was counted.
    pub fn counts(&self) -> FraudCounts {
        FraudCounts {
            minutes: self.minute.exceeded.load(Relaxed),
            hours: self.hour.exceeded.load(Relaxed),
            attacks: self.attacks.load(Relaxed),
        }
    }

    /// As delivered.
    pub(crate) fn forget(&self) {
        self.reset_counts();
        self.allow_again();
        self.attacks_to_limit.store(0, Relaxed);
    }

    /// Sets all counts to zero. What is stopped stays so.
    pub fn reset_counts(&self) {
        for count in [&self.minute.exceeded, &self.hour.exceeded, &self.attacks] {
            count.store(0, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: FraudLimits =
        FraudLimits { enabled: true, failures_per_minute: 3, failures_per_hour: 5, attacks: 2 };

    fn fails(fraud: &FraudDetection, at: &[u64]) {
        for second in at {
            fraud.pin_failed_at(Duration::from_secs(*second), &LIMITS);
        }
    }

    #[test]
    fn one_failure_too_many_in_a_minute_stops_verification() {
        let fraud = FraudDetection::default();
        fails(&fraud, &[0, 10, 59, 60]);
        assert!(!fraud.is_stopped());
        let fraud = FraudDetection::default();
        fails(&fraud, &[0, 10, 20]);
        assert!(!fraud.is_stopped());
        fails(&fraud, &[59, 59]);
        assert!(fraud.is_stopped());
        assert_eq!(fraud.counts(), FraudCounts { minutes: 1, hours: 0, attacks: 0 });
        assert!(fraud.allow_again());
        assert!(!fraud.is_stopped() && !fraud.allow_again());
        fails(&fraud, &[59, 59, 59]);
        assert!(!fraud.is_stopped());
        fails(&fraud, &[59]);
        assert!(fraud.is_stopped());
    }

    #[test]
    fn one_failure_too_many_in_an_hour_stops_verification() {
        let fraud = FraudDetection::default();
        fails(&fraud, &[0, 60, 120, 180, 240]);
        assert!(!fraud.is_stopped());
        fails(&fraud, &[3600]);
        assert!(!fraud.is_stopped());
        fails(&fraud, &[3700, 3800, 3900, 4000, 4100]);
        assert!(fraud.is_stopped());
        assert_eq!(fraud.counts().hours, 1);
    }

    #[test]
    fn attacks_are_told_once() {
        let fraud = FraudDetection::default();
        let told: Vec<bool> = (0..5).map(|_| fraud.pin_attacked(&LIMITS)).collect();
        assert_eq!(told, [false, false, true, false, false]);
        assert!(fraud.is_attacked() && !fraud.is_stopped());
        assert_eq!(fraud.counts().attacks, 5);
        fraud.reset_counts();
        assert_eq!(fraud.counts(), FraudCounts::default());
        assert!(fraud.is_attacked() && fraud.allow_again() && !fraud.is_attacked());
    }

    #[test]
    fn nothing_is_counted_while_it_is_off() {
        let off = FraudLimits { enabled: false, attacks: 0, ..LIMITS };
        let fraud = FraudDetection::default();
        for _ in 0..10 {
            fraud.pin_failed(&off);
            assert!(!fraud.pin_attacked(&off));
        }
        assert!(!fraud.is_stopped() && !fraud.is_attacked());
        assert_eq!(fraud.counts(), FraudCounts::default());
    }

    /// All workers together are counted, none twice.
    #[test]
    fn workers_count_at_the_same_time() {
        let fraud = FraudDetection::default();
        let limits = FraudLimits { failures_per_minute: 3_999, failures_per_hour: 4_000, ..LIMITS };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        fraud.pin_failed_at(Duration::ZERO, &limits);
                    }
                });
            }
        });
        assert!(fraud.is_stopped());
        assert_eq!(fraud.counts(), FraudCounts { minutes: 1, hours: 0, attacks: 0 });
    }
}
