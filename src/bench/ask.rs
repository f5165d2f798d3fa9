//! One command at a time, for what has to be asked before the measurement.

use super::Failure;
use super::frames::{Outbox, PREFIX, header_is, number_header};
use super::line::{Door, Line};
use std::io::{self, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A target answers anything but key generation far sooner.
const PATIENCE: Duration = Duration::from_secs(20);
/// Characters of a message that are shown.
const SHOWN: usize = 60;

/// A connection with at most one command on its way.
#[derive(Debug)]
pub(super) struct Asker {
    line: Line<TcpStream>,
    header: Vec<u8>,
    number: u32,
    stop: Arc<AtomicBool>,
}

impl Asker {
    /// Connect. `header` is the length of the message header.
    pub(super) fn connect(
        door: &Door,
        header: usize,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        let mut line = door.connect()?;
        line.socket()
            .set_read_timeout(Some(PATIENCE))
            .map_err(|error| Failure::Process(format!("no time-out on a socket: {error}")))?;
        Ok(Self { line, header: vec![0; header], number: 0, stop })
    }

    /// The reply to a command, without header.
    pub(super) fn ask(&mut self, body: &[u8]) -> Result<Vec<u8>, Failure> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        self.exchange(body)
            .map_err(|error| Failure::Broken(format!("no reply to {}: {error}", shown(body))))
    }

    /// The data of the reply to a command; anything but error 00 is a failure.
    pub(super) fn data(&mut self, body: &[u8], doing: &str) -> Result<Vec<u8>, Failure> {
        let mut reply = self.ask(body)?;
        if reply.first_chunk() == Some(&success(body)) {
            reply.drain(..4);
            return Ok(reply);
        }
        Err(Failure::Refused {
            doing: doing.to_owned(),
            command: shown(body),
            reply: shown(&reply),
            advice: "the target must support and authorise this command".to_owned(),
        })
    }

    fn exchange(&mut self, body: &[u8]) -> io::Result<Vec<u8>> {
        self.number = self.number.wrapping_add(1);
        number_header(&mut self.header, self.number);
        let mut output = Outbox::default();
        output.push_frame(&self.header, body, body.len());
        output.flush(&mut self.line)?;
        let mut length = [0; PREFIX];
        self.line.read_exact(&mut length)?;
        let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
        self.line.read_exact(&mut frame)?;
        match frame.split_at_checked(self.header.len()) {
            Some((header, body)) if header_is(header, self.number) => Ok(body.to_vec()),
            _ => Err(io::Error::other(format!("another header came back: {}", shown(&frame)))),
        }
    }
}

/// Reply code and error code of success: the second character of the command counted up, and 00.
pub(super) fn success(body: &[u8]) -> [u8; 4] {
    match body {
        [first, second, ..] => [*first, second.wrapping_add(1), b'0', b'0'],
        _ => *b"??00",
    }
}

/// The beginning of a message, printable.
pub(super) fn shown(message: &[u8]) -> String {
    let text: String = message.iter().take(SHOWN).map(|&byte| printable(byte)).collect();
    if message.is_empty() {
        "nothing".to_owned()
    } else if message.len() > SHOWN {
        format!("{text}... ({} bytes)", message.len())
    } else {
        text
    }
}

fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::super::echo::{shadow, tests::Running};
    use super::*;

    #[test]
    fn asks_again_and_again_on_one_connection() {
        let server = Running::start(5);
        let mut asker =
            Asker::connect(&Door::plain(server.address), 5, Arc::default()).expect("it listens");
        for reply in [0, 7, 60_000] {
            let (request, answer) = shadow(20, reply);
            assert_eq!(asker.ask(&request).expect("it answers"), answer);
        }
    }

    #[test]
    fn an_error_reply_is_a_failure_that_names_command_and_reply() {
        let server = Running::start(4);
        let mut asker =
            Asker::connect(&Door::plain(server.address), 4, Arc::default()).expect("it listens");
        let failure = asker.data(b"\0\x02A0", "making a key").expect_err("an echo is not 00");
        assert_eq!(
            failure.to_string(),
            "making a key: ..A0 answered ..; the target must support and authorise this command"
        );
    }

    #[test]
    fn the_reply_code_counts_up_the_second_character() {
        assert_eq!(&success(b"A0"), b"A100");
        assert_eq!(&success(b"BY123"), b"BZ00");
        assert_eq!(shown(&[b'x'; 100]).len(), 60 + "... (100 bytes)".len());
        assert_eq!(shown(b"KQ\xFF;"), "KQ.;");
    }
}
