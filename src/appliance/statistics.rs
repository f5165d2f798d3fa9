//! What is counted of host commands: how often each ran, and how busy the device was.
//!
//! Counting a command is one relaxed increment in memory of the worker's own. Nothing is counted while
//! the device is not online, and the time that it is not does not count either.

use std::{
    cell::Cell,
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use vault::Moment;

/// Positions in the registry of host commands that can be counted.
pub const POSITIONS: usize = 512;

/// Load bands: each a tenth of what the processors of the machine can do, or of what the licence lets through.
pub const BANDS: usize = 10;

/// Periods whose load is remembered.
const RECENT: usize = 60;

/// More than there are workers as a rule; those beyond share.
const SHARES: usize = 32;

thread_local! {
    static SHARE: Cell<usize> = const { Cell::new(usize::MAX) };
}

static NEXT_SHARE: AtomicUsize = AtomicUsize::new(0);

/// Counts of one worker, on cache lines of their own.
#[derive(Debug)]
#[repr(align(128))]
struct Share([AtomicU64; POSITIONS]);

/// Counters of host commands and of load.
#[derive(Debug)]
pub struct Statistics {
    shares: Box<[Share]>,
    bands: [AtomicU64; BANDS],
    span: Mutex<Span>,
    meter: Mutex<Meter>,
    /// Loads of the last periods, the latest in front.
    recent: Mutex<VecDeque<u8>>,
}

/// The time that the counters cover.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// When they were last at zero; none without a clock.
    pub start: Option<Moment>,
    /// When counting was suspended, while it is.
    pub end: Option<Moment>,
    /// Time that counted, up to `running`.
    measured: Duration,
    /// Since when it counts again.
    running: Option<Instant>,
}

impl Span {
    fn starting(now: Option<Moment>) -> Self {
        Self { start: now, running: Some(Instant::now()), ..Self::default() }
    }

    /// Time that counts.
    pub fn measured(&self) -> Duration {
        self.measured + self.running.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// What the processors had done when last looked at.
#[derive(Debug)]
struct Meter {
    at: Instant,
    worked: Duration,
    processors: u32,
    /// Commands that had run.
    ran: u64,
}

impl Meter {
    fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let processors = u32::try_from(processors).unwrap_or(u32::MAX);
        Self { at: Instant::now(), worked: worked(), processors, ran: 0 }
    }

    /// Per cent of what the processors could have done since the last look, or of what the licence lets through if that
    /// is more.
    fn load(&mut self, ran: u64, calls_per_second: Option<u32>) -> usize {
        let now = Self { at: Instant::now(), worked: worked(), ran, ..*self };
        let last = core::mem::replace(self, now);
        self.load_since(&last, calls_per_second)
    }

    fn load_since(&self, last: &Self, calls_per_second: Option<u32>) -> usize {
        let micros = (self.at - last.at).as_micros().max(1);
        let done = self.worked.saturating_sub(last.worked).as_micros();
        let of_processors = 100 * done / (micros * u128::from(self.processors));
        let calls = u128::from(self.ran.saturating_sub(last.ran));
        let of_licence = calls_per_second
            .map_or(0, |limit| 100_000_000 * calls / (micros * u128::from(limit.max(1))));
        usize::try_from(of_processors.max(of_licence)).unwrap_or(100)
    }
}

/// Processor time of this process.
fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

impl Statistics {
    /// Counters at zero.
    pub fn new(now: Option<Moment>) -> Self {
        let share = |_| Share([const { AtomicU64::new(0) }; POSITIONS]);
        Self {
            shares: (0..SHARES).map(share).collect(),
            bands: [const { AtomicU64::new(0) }; BANDS],
            span: Mutex::new(Span::starting(now)),
            meter: Mutex::new(Meter::new()),
            recent: Mutex::default(),
        }
    }

    /// Counts a command by its position in the registry.
    #[inline]
    pub fn count(&self, position: usize) {
        if let Some(count) = self.shares.get(share()).and_then(|own| own.0.get(position)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// How often the command at this position ran.
    pub fn runs(&self, position: usize) -> u64 {
        let counts = self.shares.iter().filter_map(|share| share.0.get(position));
        counts.map(|count| count.load(Relaxed)).sum()
    }

    /// Looks how busy the device was since the last look. To be called once a second: that is a period.
    pub fn look(&self, calls_per_second: Option<u32>) {
        let ran = (0..POSITIONS).map(|position| self.runs(position)).sum();
        let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        let load = meter.load(ran, calls_per_second);
        drop(meter);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.truncate(RECENT - 1);
        recent.push_front(u8::try_from(load.min(100)).unwrap_or(100));
        drop(recent);
        if self.span().running.is_some()
            && let Some(periods) = self.bands.get((load * BANDS / 100).min(BANDS - 1))
        {
            periods.fetch_add(1, Relaxed);
        }
    }

    /// Load over so many of the last periods, in per cent.
    pub fn recent_load(&self, periods: u16) -> u32 {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let looked_at = recent.iter().take(usize::from(periods));
        let count = u32::try_from(looked_at.len()).unwrap_or(1).max(1);
        looked_at.map(|load| u32::from(*load)).sum::<u32>() / count
    }

    /// Periods by load, from idle to busy.
    pub fn bands(&self) -> [u64; BANDS] {
        self.bands.each_ref().map(|periods| periods.load(Relaxed))
    }

    /// The time that the counters cover.
    pub fn covered(&self) -> Span {
        *self.span()
    }

    /// Sets all counters to zero.
    pub fn reset(&self, now: Option<Moment>) {
        let counts = self.shares.iter().flat_map(|share| &share.0).chain(&self.bands);
        counts.for_each(|count| count.store(0, Relaxed));
        let mut span = self.span();
        let is_running = span.running.is_some();
        *span = Span::starting(now);
        if !is_running {
            span.running = None;
            span.end = now;
        }
    }

    /// Counts from now on, or no longer.
    pub(crate) fn run(&self, counts: bool, now: Option<Moment>) {
        let mut span = self.span();
        if counts == span.running.is_some() {
            return;
        }
        span.measured = span.measured();
        (span.running, span.end) = if counts { (Some(Instant::now()), None) } else { (None, now) };
    }

    fn span(&self) -> MutexGuard<'_, Span> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which counts are this worker's.
#[inline]
fn share() -> usize {
    SHARE.with(|own| match own.get() {
        usize::MAX => {
            own.set(NEXT_SHARE.fetch_add(1, Relaxed) % SHARES);
            own.get()
        }
        share => share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_count_at_the_same_time() {
        let statistics = Statistics::new(None);
        std::thread::scope(|scope| {
            for _ in 0..2 * SHARES {
                scope.spawn(|| (0..100).for_each(|_| statistics.count(7)));
            }
        });
        assert_eq!(statistics.runs(7), 2 * SHARES as u64 * 100);
        assert_eq!(statistics.runs(6), 0);
        statistics.count(POSITIONS);
        statistics.reset(None);
        assert_eq!(statistics.runs(7), 0);
    }

    #[test]
    fn a_licence_that_is_used_up_is_full_load() {
        let statistics = Statistics::new(None);
        statistics.look(Some(1));
        // What else the process does may have filled the first period.
        let before = statistics.bands()[BANDS - 1];
        (0..1_000).for_each(|_| statistics.count(7));
        std::thread::sleep(Duration::from_millis(10));
        statistics.look(Some(1));
        assert_eq!(statistics.recent_load(1), 100);
        assert_eq!(statistics.bands()[BANDS - 1], before + 1);
    }

    #[test]
    fn load_is_that_of_the_processors_or_of_the_licence_whichever_is_more() {
        let last = Meter { at: Instant::now(), worked: Duration::ZERO, processors: 2, ran: 500 };
        let second = Duration::from_secs(1);
        let now = |worked, ran: u64| Meter {
            at: last.at + second,
            worked: Duration::from_millis(worked),
            ran: 500 + ran,
            ..last
        };
        for (worked, ran, licence, load) in [
            (600, 0, None, 30),
            (600, 1_000, None, 30),
            (600, 1_000, Some(1_000_000), 30),
            (600, 1_000, Some(2_500), 40),
            (2_000, 1_000, Some(2_500), 100),
            (0, 60, Some(60), 100),
            (0, 0, Some(60), 0),
        ] {
            assert_eq!(
                now(worked, ran).load_since(&last, licence),
                load,
                "{worked} {ran} {licence:?}"
            );
        }
    }

    #[test]
    fn time_offline_does_not_count() {
        let statistics = Statistics::new(None);
        statistics.look(None);
        assert_eq!(statistics.bands().iter().sum::<u64>(), 1);
        statistics.run(false, None);
        let measured = statistics.covered().measured();
        std::thread::sleep(Duration::from_millis(5));
        statistics.look(None);
        statistics.reset(None);
        assert_eq!(statistics.covered().measured(), Duration::ZERO);
        assert_eq!(statistics.bands().iter().sum::<u64>(), 0);
        statistics.run(true, None);
        statistics.look(None);
        assert_eq!(statistics.bands().iter().sum::<u64>(), 1);
        assert!(measured < Duration::from_mins(1));
    }
}
