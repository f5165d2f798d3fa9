//! What time it is for keys that are valid for a while.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::key_block::optional::Moment;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Clock {
    /// Nowhere: dates are not checked.
    Off,
    /// From the clock of the machine, so many seconds ahead of it.
    System {
        /// Seconds, negative where it is behind.
        ahead: i64,
    },
    /// It stands still, for tests.
    Fixed(Moment),
}

impl Default for Clock {
    /// The clock of the machine.
    fn default() -> Self {
        Self::System { ahead: 0 }
    }
}

impl Clock {
    /// The same clock when it is set to a moment: so many seconds ahead of the machine's.
    #[must_use]
    pub fn set(self, moment: Moment) -> Self {
        match self {
            Self::Fixed(_) => Self::Fixed(moment),
            Self::Off | Self::System { .. } => {
                let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Self::System { ahead: moment.seconds_from(elapsed.as_secs()) }
            }
        }
    }

    /// The moment; none where there is no clock.
    pub fn now(self) -> Option<Moment> {
        match self {
            Self::Off => None,
            Self::System { ahead } => {
                let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Some(Moment::after_epoch(elapsed.as_secs().saturating_add_signed(ahead)))
            }
            Self::Fixed(moment) => Some(moment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_goes_on_from_there() {
        for text in [b"2024:02:29:23", b"1999:12:31:00", b"2030:01:01:12"] {
            let moment = Moment::of_hour(text).expect("a moment");
            assert_eq!(Clock::Fixed(moment).set(moment), Clock::Fixed(moment));
            let now = Clock::default().set(moment).now().expect("it goes");
            let later = Clock::Fixed(moment).set(moment).now().expect("it stands");
            // At most a few seconds have gone by.
            assert!(now >= later && now.to_string()[..16] == later.to_string()[..16], "{now}");
        }
        let beginning = Moment::of_hour(b"1970:01:01:00").expect("a moment");
        assert_eq!(beginning.seconds_from(0), 0);
        assert_eq!(beginning.to_string(), "1970-01-01 00:00:00");
        let leap = Moment::of_time(b"20240229235959Z").expect("a moment");
        // `date -u -d 2024-02-29T23:59:59 +%s`
        assert_eq!(leap.seconds_from(0), 1_709_251_199);
    }
}
