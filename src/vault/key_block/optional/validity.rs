//! Whether a key may be used now: what its key block says of status, start and end.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::OptionalBlocks;
use crate::{Clock, Refusal};

/// Status of a key. `L` and `T` are public, the others are inferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// `P`: not in use yet.
    Pending,
    /// `T`: in use, for tests.
    Test,
    /// `L`: in use.
    Live,
    /// `E`: no longer in use.
    Expired,
    /// `R`: no longer trusted.
    Revoked,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Test, Self::Live, Self::Expired, Self::Revoked];

    /// The letter.
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => b'P',
            Self::Test => b'T',
            Self::Live => b'L',
            Self::Expired => b'E',
            Self::Revoked => b'R',
        }
    }

    /// What a status block says.
    ///
    /// # Errors
    /// AD.
    pub fn parse(data: &[u8]) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|status| data == [status.code()]).ok_or(Refusal::KeyStatus)
    }

    /// Whether a key may be used.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Live | Self::Test)
    }

    /// Whether a key of this status may come to have the other: never one that permits more.
    pub fn narrows_to(self, other: Self) -> bool {
        let is_ended = |status| matches!(status, Self::Expired | Self::Revoked);
        self == other || (is_ended(other) && (!is_ended(self) || other == Self::Revoked))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Test => "test",
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        })
    }
}

/// A second in UTC, as the decimal number `YYYYMMDDhhmmss`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Moment(u64);

/// `YYYY-MM-DD hh:mm:ss`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |place: u64, base: u64| self.0 / place % base;
        write!(
            f,
            "{:04}-{:02}-{:02} ",
            self.0 / 10_000_000_000,
            part(100_000_000, 100),
            part(1_000_000, 100)
        )?;
        write!(f, "{:02}:{:02}:{:02}", part(10_000, 100), part(100, 100), part(1, 100))
    }
}

impl Moment {
    /// Date as `YYMMDD`.
    pub const fn date(self) -> u64 {
        self.0 / 1_000_000 % 1_000_000
    }

    /// Time of day as `hhmmss`.
    pub const fn time(self) -> u64 {
        self.0 % 1_000_000
    }

    /// `YYYY:MM:DD:HH`.
    pub fn of_hour(text: &[u8]) -> Option<Self> {
        Self::read(text, b"0000:00:00:00")
    }

    /// A time of X9.143: with separators or without, with hundredths of seconds or without.
    pub fn of_time(text: &[u8]) -> Option<Self> {
        let forms: [&[u8]; 4] = [
            b"00000000000000Z",
            b"00000000000000xxZ",
            b"0000-00-00T00:00:00Z",
            b"0000-00-00T00:00:00.xxZ",
        ];
        forms.iter().find_map(|form| Self::read(text, form))
    }

    /// Reads a text with a digit for each `0` of the form, and one that does not count for each `x`.
    fn read(text: &[u8], form: &[u8]) -> Option<Self> {
        if text.len() != form.len() {
            return None;
        }
        let (mut number, mut digits) = (0, 0);
        for (&character, &place) in text.iter().zip(form) {
            match (place, character) {
                (b'0', b'0'..=b'9') => {
                    number = 10 * number + u64::from(character - b'0');
                    digits += 1;
                }
                (b'x', b'0'..=b'9') => {}
                (b'0' | b'x', _) => return None,
                _ if place == character => {}
                _ => return None,
            }
        }
        while digits < 14 {
            number *= 10;
            digits += 1;
        }
        let part = |place: u64, base: u64| number / place % base;
        let is_date = (1..=12).contains(&part(100_000_000, 100))
            && (1..=31).contains(&part(1_000_000, 100))
            && part(10_000, 100) < 24
            && part(100, 100) < 60
            && part(1, 100) < 60;
        is_date.then_some(Self(number))
    }

    /// Seconds from so many after the beginning of 1970 to this moment, negative where it was before.
    pub(crate) fn seconds_from(self, seconds: u64) -> i64 {
        // The calendar is counted in one direction only, so the moment is looked for.
        let (mut low, mut high) = (0, 253_402_300_800);
        while low < high {
            let middle = u64::midpoint(low, high);
            if Self::after_epoch(middle) < self {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.cast_signed().saturating_sub(seconds.cast_signed())
    }

    /// So many seconds after the beginning of 1970. Days are counted from the first of March, so that leap days come last.
    pub(crate) const fn after_epoch(seconds: u64) -> Self {
        let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = 400 * era + year + later;
        let time = second / 3_600 * 10_000 + second / 60 % 60 * 100 + second % 60;
        Self(((year * 100 + month) * 100 + day) * 1_000_000 + time)
    }
}

impl OptionalBlocks<'_> {
    /// Checks that the key may be used now, as far as its blocks say so (inferred). Without a clock, dates are only
    /// read.
    ///
    /// # Errors
    /// AD by its status; AE before its start; AF from its end on.
    pub fn check_validity(&self, clock: Clock) -> Result<(), Refusal> {
        for block in self.iter() {
            match &block.id {
                b"00" if !Status::parse(block.data)?.is_usable() => return Err(Refusal::KeyStatus),
                b"03" => {
                    let start = Moment::of_hour(block.data).ok_or(Refusal::StartDate)?;
                    if clock.now().is_some_and(|now| now < start) {
                        return Err(Refusal::StartDate);
                    }
                }
                b"04" | b"TE" => {
                    let end = Moment::of_hour(block.data).or_else(|| Moment::of_time(block.data));
                    let end = end.ok_or(Refusal::EndDate)?;
                    if clock.now().is_some_and(|now| now >= end) {
                        return Err(Refusal::EndDate);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digits of a date and time.
    fn moment(text: &str) -> Moment {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        Moment(digits.parse().expect("a number"))
    }

    #[test]
    fn moments_are_read() {
        for (text, expected) in [
            (&b"20200818221218Z"[..], Some("2020-08-18 22:12:18")),
            (b"2020081822121899Z", Some("2020-08-18 22:12:18")),
            (b"2020-08-18T22:12:18Z", Some("2020-08-18 22:12:18")),
            (b"2020-08-18T22:12:18.99Z", Some("2020-08-18 22:12:18")),
            (b"2020-08-18T22:12:18.9Z", None),
            (b"2020-08-18 22:12:18Z", None),
            (b"20200818221218", None),
            (b"20200818221260Z", None),
            (b"20200818226018Z", None),
            (b"20200832221218Z", None),
            (b"20200018221218Z", None),
            (b"YYYYMMDDHHMMSSZ", None),
            (b"2020081822121sSZ", None),
        ] {
            assert_eq!(Moment::of_time(text), expected.map(moment), "{}", text.escape_ascii());
        }
        assert_eq!(Moment::of_hour(b"2005:12:21:07"), Some(moment("2005-12-21 07:00:00")));
        for wrong in [&b"2005:12:21"[..], b"2005-12-21-07", b"2005:12:21:7", b"2005:12:21:07:00"] {
            assert_eq!(Moment::of_hour(wrong), None);
        }
    }

    /// Seconds and dates that `date -u -d @seconds` gives.
    #[test]
    fn seconds_become_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (86_399, "1970-01-01 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (951_868_799, "2000-02-29 23:59:59"),
            (951_868_800, "2000-03-01 00:00:00"),
            (1_709_251_199, "2024-02-29 23:59:59"),
            (1_767_225_599, "2025-12-31 23:59:59"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(Moment::after_epoch(seconds), moment(expected));
        }
        let now = Clock::default().now();
        assert!(
            now > Some(moment("2025-01-01 00:00:00")) && now < Clock::System { ahead: 60 }.now()
        );
    }

    #[test]
    fn a_key_may_be_used_while_it_is_valid() {
        let now = Clock::Fixed(moment("2026-06-15 12:30:00"));
        for (text, outcome) in [
            (&b""[..], Ok(())),
            (b"LB05x0005L", Ok(())),
            (b"0005T", Ok(())),
            (b"0005P", Err(Refusal::KeyStatus)),
            (b"0005E", Err(Refusal::KeyStatus)),
            (b"0005R", Err(Refusal::KeyStatus)),
            (b"0005?", Err(Refusal::KeyStatus)),
            (b"03112026:06:15:12", Ok(())),
            (b"03112026:06:15:13", Err(Refusal::StartDate)),
            (b"0310whenever....", Err(Refusal::StartDate)),
            (b"04112026:06:15:13", Ok(())),
            (b"04112026:06:15:12", Err(Refusal::EndDate)),
            (b"0408ever", Err(Refusal::EndDate)),
            (b"TE1320260615123001Z", Ok(())),
            (b"TE1320260615123000Z", Err(Refusal::EndDate)),
            (b"0005L03112026:01:01:0004112026:12:31:00", Ok(())),
            (b"0005L03112026:01:01:0004112026:01:31:00", Err(Refusal::EndDate)),
        ] {
            let blocks = OptionalBlocks::parse(text).expect("optional blocks");
            assert_eq!(blocks.check_validity(now), outcome, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn without_a_clock_dates_are_only_read() {
        for (text, outcome) in [
            (&b"03112099:01:01:00"[..], Ok(())),
            (b"04112001:01:01:00", Ok(())),
            (b"0408ever", Err(Refusal::EndDate)),
            (b"0005R", Err(Refusal::KeyStatus)),
        ] {
            let blocks = OptionalBlocks::parse(text).expect("optional blocks");
            assert_eq!(blocks.check_validity(Clock::Off), outcome, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_status_only_narrows() {
        use Status::{Expired, Live, Pending, Revoked, Test};
        for from in Status::ALL {
            for to in Status::ALL {
                let narrows = from == to
                    || matches!(
                        (from, to),
                        (Pending | Test | Live, Expired | Revoked) | (Expired, Revoked)
                    );
                assert_eq!(from.narrows_to(to), narrows, "{from} to {to}");
            }
        }
    }
}
