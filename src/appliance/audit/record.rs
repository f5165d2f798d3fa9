//! A record of the audit log: sixteen bytes.
//!
//! Counter (4), time hhmmss and date DDMMYY in BCD (3 and 3), code (2), flags (2), response code (2). The flags begin
//! with two bits of what kind of record it is, and a bit each for archived and retrieved; the others are zero. Source:
//! recorded traffic. They are what goes to the host, and what is kept; there the two bits are zero, for what became of
//! a record is in marks beside it.

use vault::Moment;

/// What is recorded: the first two bits of the flags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A host command: its code and the error code of its reply.
    Host = 0,
    /// A console command: two characters for its name, `00` or `01` as it went.
    Console = 1,
    /// A limit of fraud detection: the command that exceeded it, and which.
    Fraud = 2,
    /// What a user did, or what happened to the device.
    Action = 3,
}

/// What is to be recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event {
    /// What it is.
    pub kind: Kind,
    /// Of the command or action.
    pub code: [u8; 2],
    /// How it went.
    pub response: [u8; 2],
}

/// A record, as it stays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Record {
    /// Value of the audit counter.
    pub counter: u32,
    /// Time, hhmmss in BCD; zeros without a clock.
    pub time: [u8; 3],
    /// Date, DDMMYY in BCD; zeros without a clock.
    pub date: [u8; 3],
    /// What happened.
    pub event: Event,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fate {
    /// It was printed.
    pub archived: bool,
    /// A host has it.
    pub retrieved: bool,
}

impl Record {
    /// Length in bytes.
    pub const LENGTH: usize = 16;

    /// What happens at a moment.
    pub(crate) fn new(counter: u32, at: Option<Moment>, event: Event) -> Self {
        let (date, time) = at.map_or((0, 0), |at| (at.date(), at.time()));
        let [year, month, day] = bcd(date);
        Self { counter, time: bcd(time), date: [day, month, year], event }
    }

    /// The sixteen bytes.
    pub fn bytes(&self, fate: Fate) -> [u8; Self::LENGTH] {
        let Event { kind, code, response } = self.event;
        let flags =
            ((kind as u8) << 6) | (u8::from(fate.archived) << 5) | (u8::from(fate.retrieved) << 4);
        let mut bytes = [0; Self::LENGTH];
        bytes[..4].copy_from_slice(&self.counter.to_be_bytes());
        bytes[4..7].copy_from_slice(&self.time);
        bytes[7..10].copy_from_slice(&self.date);
        bytes[10..12].copy_from_slice(&code);
        bytes[12] = flags;
        bytes[14..].copy_from_slice(&response);
        bytes
    }

    /// Reads what [`Record::bytes`] gives.
    pub(super) fn read(bytes: [u8; Self::LENGTH]) -> Self {
        let [counter @ .., _, _, _, _, _, _, _, _, _, _, _, _] = bytes;
        let [.., h, m, s, day, month, year, _, _, _, _, _, _] = bytes;
        let [.., first, second, flags, _, response_1, response_2] = bytes;
        let kind = match flags >> 6 {
            0 => Kind::Host,
            1 => Kind::Console,
            2 => Kind::Fraud,
            _ => Kind::Action,
        };
        Self {
            counter: u32::from_be_bytes(counter),
            time: [h, m, s],
            date: [day, month, year],
            event: Event { kind, code: [first, second], response: [response_1, response_2] },
        }
    }
}

/// The last six digits of a number, two a byte.
fn bcd(number: u64) -> [u8; 3] {
    [10_000, 100, 1].map(|place| {
        let pair = (number / place % 100) as u8;
        ((pair / 10) << 4) | (pair % 10)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The record that a device returned by Q2, up to its MAC.
    #[test]
    fn a_recorded_record_has_these_bytes() {
        let recorded = b"\x00\x00\x00\x8E\x12\x28\x42\x14\x09\x22\x4F\x4E\xD0\x00\x30\x30";
        let event = Event { kind: Kind::Action, code: *b"ON", response: *b"00" };
        let record = Record::new(142, Moment::of_time(b"20220914122842Z"), event);
        assert_eq!(&record.bytes(Fate { archived: false, retrieved: true }), recorded);
        assert_eq!(Record::read(*recorded), record);
    }

    #[test]
    fn kinds_and_fates_are_in_the_flags() {
        for (kind, bits) in
            [(Kind::Host, 0x00), (Kind::Console, 0x40), (Kind::Fraud, 0x80), (Kind::Action, 0xC0)]
        {
            let record = Record::new(1, None, Event { kind, code: *b"CA", response: *b"00" });
            let fate = Fate { archived: true, retrieved: false };
            assert_eq!(record.bytes(fate)[12], bits | 0x20);
            assert_eq!(Record::read(record.bytes(fate)), record);
        }
    }
}
