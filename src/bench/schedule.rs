//! How much is sent, and when.

use std::time::{Duration, Instant};

/// When commands are sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pace {
    /// Each reply is followed by the next command: as many as the target takes.
    Closed,
    /// So many a second, whatever the target does; latency counts from when it was to be sent.
    Open(u64),
}

/// How many connections, and how many commands on their way on each.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shape {
    /// Connections.
    pub(super) connections: usize,
    /// Commands on their way on each.
    pub(super) depth: usize,
}

/// What an open loop has sent of what it should have sent.
#[derive(Debug)]
pub(super) struct Schedule {
    /// When commands are sent.
    pub(super) pace: Pace,
    /// From here the rate is counted.
    pub(super) start: Instant,
    /// Commands sent so far.
    pub(super) sent: u64,
}

impl Schedule {
    /// From now on.
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, start: Instant::now(), sent: 0 }
    }

    /// When the next command was to be sent, if that is not in the future.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let Pace::Open(rate) = self.pace else { return None };
        let nanos = u128::from(self.sent) * 1_000_000_000 / u128::from(rate.max(1));
        let intended = self.start + Duration::from_nanos(u64::try_from(nanos).ok()?);
        (intended <= now).then_some(intended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_schedule_counts_from_its_start() {
        let start = Instant::now();
        let mut schedule = Schedule { pace: Pace::Open(1000), start, sent: 0 };
        assert_eq!(schedule.due(start), Some(start));
        schedule.sent = 3;
        assert_eq!(schedule.due(start + Duration::from_micros(2999)), None);
        let due = start + Duration::from_millis(3);
        assert_eq!(schedule.due(start + Duration::from_secs(1)), Some(due));
    }
}
