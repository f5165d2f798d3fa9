//! Frames: a two-byte big-endian length, then header and body.

use std::io::{self, ErrorKind, Read, Write};

/// Room for a first read; a longer frame makes the buffer grow once.
const FIRST: usize = 16 * 1024;

/// Bytes that a frame has before its header.
pub(super) const PREFIX: usize = 2;

/// How a read ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Filled {
    /// The socket gave less than there was room for: it is empty now.
    Drained,
    /// The socket may hold more.
    Full,
    /// The other side has closed.
    Closed,
}

/// Received bytes, from which whole frames are taken in order.
#[derive(Debug)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Inbox {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; FIRST], start: 0, end: 0 }
    }

    /// Read once.
    pub(super) fn fill(&mut self, source: &mut impl Read) -> io::Result<Filled> {
        self.make_room();
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let wanted = room.len();
        match source.read(room) {
            Ok(0) => Ok(Filled::Closed),
            Ok(count) => {
                self.end += count;
                Ok(if count < wanted { Filled::Drained } else { Filled::Full })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Filled::Drained),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Filled::Full),
            Err(error) => Err(error),
        }
    }

    /// The next whole frame without its length, if there is one.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let length = self.announced()?;
        let from = self.start + PREFIX;
        if self.end < from + length {
            return None;
        }
        self.start = from + length;
        self.bytes.get(from..from + length)
    }

    fn announced(&self) -> Option<usize> {
        let held = self.bytes.get(self.start..self.end)?;
        let (length, _) = held.split_first_chunk::<PREFIX>()?;
        Some(usize::from(u16::from_be_bytes(*length)))
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        let needed = self.announced().map_or(PREFIX, |length| PREFIX + length);
        if self.end == self.bytes.len() || self.start + needed > self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.bytes.len() || needed > self.bytes.len() {
            self.bytes.resize((2 * self.bytes.len()).max(needed), 0);
        }
    }
}

/// Bytes that wait to be sent, in one write where the socket takes them.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
}

impl Outbox {
    /// Add bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Add a frame of a header and a body that is cut or filled with zeros to `length`.
    pub(super) fn push_frame(&mut self, header: &[u8], body: &[u8], length: usize) {
        let total = u16::try_from(header.len() + length).unwrap_or(u16::MAX);
        self.push(&total.to_be_bytes());
        self.push(header);
        let given = body.len().min(length);
        self.push(body.get(..given).unwrap_or(body));
        self.bytes.resize(self.bytes.len() + length - given, 0);
    }

    /// Bytes not yet sent.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Send as much as the socket takes; true when all is gone.
    pub(super) fn flush(&mut self, sink: &mut impl Write) -> io::Result<bool> {
        while self.sent < self.bytes.len() {
            match sink.write(self.bytes.get(self.sent..).unwrap_or_default()) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.clear();
        self.sent = 0;
        match sink.flush() {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Write a rolling number as hexadecimal digits, right-justified, as much of it as the header holds.
pub(super) fn number_header(header: &mut [u8], number: u32) {
    let mut rest = number;
    for place in header.iter_mut().rev() {
        *place = digit(rest);
        rest >>= 4;
    }
}

/// Whether a header is the one that [`number_header`] writes.
pub(super) fn header_is(header: &[u8], number: u32) -> bool {
    let mut rest = number;
    header.iter().rev().all(|&place| {
        let right = place == digit(rest);
        rest >>= 4;
        right
    })
}

fn digit(number: u32) -> u8 {
    char::from_digit(number & 15, 16).map_or(b'0', |digit| digit.to_ascii_uppercase() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_and_in_order_however_they_arrive() {
        let mut sent = Outbox::default();
        sent.push_frame(b"0001", b"NC", 2);
        sent.push_frame(b"0002", &vec![7; 40_000], 40_000);
        sent.push_frame(b"0003", b"AB", 5);
        sent.push_frame(b"", b"", 0);
        let mut wire = Vec::new();
        assert!(sent.flush(&mut wire).expect("a vector takes all"));
        assert_eq!(sent.waiting(), 0);
        for piece in [1, 3, 1000, 65_536] {
            let mut inbox = Inbox::new();
            let mut frames = Vec::new();
            for mut part in wire.chunks(piece) {
                while !part.is_empty() {
                    inbox.fill(&mut part).expect("reading a slice cannot fail");
                    while let Some(frame) = inbox.next() {
                        frames.push(frame.to_vec());
                    }
                }
            }
            assert_eq!(frames.len(), 4, "pieces of {piece}");
            assert_eq!(frames[0], b"0001NC");
            assert_eq!(frames[1].len(), 40_004);
            assert_eq!(frames[2], b"0003AB\0\0\0");
            assert!(frames[3].is_empty());
        }
    }

    #[test]
    fn an_end_of_stream_is_told_from_an_empty_socket() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.fill(&mut [].as_slice()).expect("no error"), Filled::Closed);
        assert_eq!(inbox.fill(&mut [0, 9].as_slice()).expect("no error"), Filled::Drained);
        assert!(inbox.next().is_none());
    }

    #[test]
    fn the_header_carries_the_low_digits_of_the_number() {
        let mut header = [0; 4];
        number_header(&mut header, 0x12_ABCD);
        assert_eq!(&header, b"ABCD");
        assert!(header_is(&header, 0xFF_ABCD));
        assert!(!header_is(&header, 0xABCE));
        assert!(header_is(b"", 7));
        let mut long = [0; 6];
        number_header(&mut long, 0x1F);
        assert_eq!(&long, b"00001F");
    }
}
