//! What time it is for keys that are valid for a while.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::key_block::optional::Moment;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
