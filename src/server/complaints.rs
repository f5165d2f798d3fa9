//! What is told of clients that do wrong, and no more of it than a log can bear: whoever can reach a port could fill the
//! disk with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::warn;

/// So many are told in each period; the others are counted.
const TOLD: u32 = 10;
const PERIOD: Duration = Duration::from_mins(1);

/// Counts complaints of all host ports.
#[derive(Debug, Default)]
pub(super) struct Complaints(Mutex<Option<Period>>);

/// A minute that began with a complaint.
#[derive(Debug)]
struct Period {
    end: Instant,
    told: u32,
    kept_back: u64,
}

/// What becomes of a complaint.
#[derive(Debug, Eq, PartialEq)]
enum Verdict {
    Tell,
    /// The first one that is not told: when the period ends, it is said how many there were.
    SayHowMany(Instant),
    KeepBack,
}

impl Complaints {
    /// Whether another complaint may be told.
    pub(super) fn may_tell(self: &Arc<Self>) -> bool {
        let verdict = self.judge(Instant::now());
        if let Verdict::SayHowMany(end) = verdict {
            let complaints = Arc::clone(self);
            tokio::spawn(async move {
                sleep_until(end).await;
                let more = complaints.end();
                warn!("{more} more refusals and faults of clients within a minute");
            });
        }
        verdict == Verdict::Tell
    }

    fn judge(&self, now: Instant) -> Verdict {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Period { end: now + PERIOD, told: 0, kept_back: 0 };
        // A period of which something is kept back is ended by who says how much.
        let period = match &mut *current {
            Some(period) if now < period.end || period.kept_back > 0 => period,
            other => other.insert(fresh()),
        };
        if period.told < TOLD {
            period.told += 1;
            return Verdict::Tell;
        }
        period.kept_back += 1;
        if period.kept_back == 1 { Verdict::SayHowMany(period.end) } else { Verdict::KeepBack }
    }

    /// Ends the period; gives how many were kept back.
    fn end(&self) -> u64 {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        current.take().map_or(0, |period| period.kept_back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_not_told() {
        let (complaints, start) = (Complaints::default(), Instant::now());
        let after = |millis| start + Duration::from_millis(millis);
        for millis in 0..TOLD {
            assert_eq!(complaints.judge(after(millis.into())), Verdict::Tell);
        }
        assert_eq!(complaints.judge(after(20)), Verdict::SayHowMany(start + PERIOD));
        for millis in 21..1020 {
            assert_eq!(complaints.judge(after(millis)), Verdict::KeepBack);
        }
        // Before it is said how many there were, nothing else is told.
        assert_eq!(complaints.judge(start + PERIOD), Verdict::KeepBack);
        assert_eq!(complaints.end(), 1001);
        assert_eq!(complaints.judge(start + PERIOD), Verdict::Tell);
    }

    #[test]
    fn a_few_now_and_then_are_all_told() {
        let (complaints, start) = (Complaints::default(), Instant::now());
        for number in 0..100 {
            let verdict = complaints.judge(start + PERIOD / TOLD * number);
            assert_eq!(verdict, Verdict::Tell, "{number}");
        }
    }
}
