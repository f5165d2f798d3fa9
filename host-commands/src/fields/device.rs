//! What reports on the device have in common.

use vault::Moment;

use crate::prelude::*;

/// Which device it is, and what time a report covers. Dates are YYMMDD and times hhmmss (inferred), zeros without a
/// clock.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Covered<'a> {
    /// Serial number.
    pub serial_number: Text<'a, 12>,
    /// Date when counting began.
    pub start_date: Decimal<6>,
    /// Time when counting began.
    pub start_time: Decimal<6>,
    /// Date up to which was counted.
    pub end_date: Decimal<6>,
    /// Time up to which was counted.
    pub end_time: Decimal<6>,
    /// Date now.
    pub date: Decimal<6>,
    /// Time now.
    pub time: Decimal<6>,
}

impl<'a> Covered<'a> {
    /// What was counted from `start` to `end`.
    pub(crate) fn new(
        session: &Session<'a>,
        start: Option<Moment>,
        end: Option<Moment>,
        now: Option<Moment>,
    ) -> Self {
        Self {
            serial_number: Text(session.appliance().serial_number().as_bytes()),
            start_date: date_of(start),
            start_time: time_of(start),
            end_date: date_of(end),
            end_time: time_of(end),
            date: date_of(now),
            time: time_of(now),
        }
    }

    /// What the statistics cover.
    pub(crate) fn by_statistics(session: &Session<'a>) -> (Self, Decimal<10>) {
        let (span, now) = (session.appliance().statistics().covered(), session.state().clock.now());
        let covered = Self::new(session, span.start, span.end.or(now), now);
        (covered, Decimal(span.measured().as_secs().min(9_999_999_999)))
    }
}

/// A date.
pub(crate) fn date_of(moment: Option<Moment>) -> Decimal<6> {
    Decimal(moment.map_or(0, Moment::date))
}

/// A time of day.
pub(crate) fn time_of(moment: Option<Moment>) -> Decimal<6> {
    Decimal(moment.map_or(0, Moment::time))
}

/// A count that stays at its greatest value.
pub(crate) fn capped<const N: usize>(count: u64) -> Decimal<N> {
    let most = 10_u64.saturating_pow(u32::try_from(N).unwrap_or(u32::MAX)) - 1;
    Decimal(count.min(most))
}
