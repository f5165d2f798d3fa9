//! One connection of the load client.

use super::Failure;
use super::frames::{Filled, Inbox, Outbox, header_is, number_header};
use super::line::{Door, Line};
use super::traffic::Traffic;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::Instant;

/// One connection and the commands on their way on it.
#[derive(Debug)]
pub(super) struct Connection {
    line: Line<TcpStream>,
    input: Inbox,
    output: Outbox,
    /// Bytes wait until the socket takes them.
    pub(super) blocked: bool,
    header: Vec<u8>,
    number: u32,
    on_their_way: VecDeque<Sent>,
}

#[derive(Debug)]
struct Sent {
    template: usize,
    number: u32,
    at: Instant,
}

impl Connection {
    /// Connect, and be told of what can be read under `token`.
    pub(super) fn open(
        door: &Door,
        header: usize,
        registry: &Registry,
        token: Token,
    ) -> Result<Self, Failure> {
        let mut line = door.connect()?;
        line.socket().set_nonblocking(true).map_err(|error| system(&error))?;
        let mut line = line.map(TcpStream::from_std);
        registry
            .register(line.socket(), token, Interest::READABLE)
            .map_err(|error| system(&error))?;
        Ok(Self {
            line,
            input: Inbox::new(),
            output: Outbox::default(),
            blocked: false,
            header: vec![0; header],
            number: 0,
            on_their_way: VecDeque::new(),
        })
    }

    /// Commands without reply so far.
    pub(super) fn outstanding(&self) -> usize {
        self.on_their_way.len()
    }

    /// Put a command into the buffer; latency will count from `at`.
    pub(super) fn send(&mut self, traffic: &Traffic, template: usize, at: Instant) {
        let Some(chosen) = traffic.templates.get(template) else { return };
        self.number = self.number.wrapping_add(1);
        number_header(&mut self.header, self.number);
        self.output.push_frame(&self.header, &chosen.request, chosen.request.len());
        self.on_their_way.push_back(Sent { template, number: self.number, at });
    }

    /// Send what is in the buffer, and be told when the rest can go.
    pub(super) fn flush(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        let done = self.output.flush(&mut self.line)?;
        if self.blocked == done {
            let interest =
                if done { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
            registry.reregister(self.line.socket(), token, interest)?;
            self.blocked = !done;
        }
        Ok(())
    }

    /// Read until the socket is empty, check every reply, and say how many there were.
    pub(super) fn receive(&mut self, traffic: &mut Traffic, apart: bool) -> io::Result<usize> {
        let mut replies = 0;
        loop {
            let filled = self.input.fill(&mut self.line)?;
            let now = Instant::now();
            while let Some(frame) = self.input.next() {
                let Some(sent) = self.on_their_way.pop_front() else {
                    return Err(io::Error::other("a reply to no command"));
                };
                replies += 1;
                let (header, body) = frame.split_at_checked(self.header.len()).unwrap_or_default();
                let right = header.len() == self.header.len() && header_is(header, sent.number);
                let nanos = now.saturating_duration_since(sent.at).as_nanos();
                let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
                traffic.take(sent.template, right, body, (!apart).then_some(nanos));
            }
            match filled {
                Filled::Full => {}
                Filled::Drained => return Ok(replies),
                Filled::Closed => return Err(ErrorKind::UnexpectedEof.into()),
            }
        }
    }
}

/// A failure of the system rather than of the target.
pub(super) fn system(error: &io::Error) -> Failure {
    Failure::Process(format!("socket: {error}; is the limit of open files (ulimit -n) too low?"))
}
