//! The reference that a server is compared with: one receive, every frame, one send.
//!
//! It answers with as many bytes as the request asks for in the two bytes after its header, so
//! that it moves the same sizes as the mix it is compared with and does nothing else.

use super::Failure;
use super::frames::{Filled, Inbox, Outbox};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Bytes after the header that say how long the reply shall be.
const WANTED: usize = 2;
/// Replies that may wait for a slow reader before its requests are left in the socket.
const WAITING: usize = 64 * 1024;
const LISTENER: Token = Token(usize::MAX);

/// A request of `length` bytes without header that is answered with `reply` bytes, and the answer.
pub(super) fn shadow(length: usize, reply: usize) -> (Vec<u8>, Vec<u8>) {
    let mut request = vec![b'E'; length.max(WANTED)];
    let wanted = u16::try_from(reply).unwrap_or(u16::MAX).to_be_bytes();
    request.iter_mut().zip(wanted).for_each(|(place, byte)| *place = byte);
    let mut answer = request.clone();
    answer.resize(reply, 0);
    (request, answer)
}

/// Be the reference server as a child process, until standard input ends.
pub(super) fn serve(header: usize) -> Result<(), Failure> {
    let broken = |error: io::Error| Failure::Process(format!("reference server: {error}"));
    let mut server = Server::bind(header).map_err(broken)?;
    let mut output = io::stdout().lock();
    writeln!(output, "echo port {}\nready", server.address).map_err(broken)?;
    output.flush().map_err(broken)?;
    let stop = Arc::new(AtomicBool::new(false));
    let parent = Arc::clone(&stop);
    // The parent holds the other end: its death, however it comes, ends this process too.
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        parent.store(true, Ordering::Relaxed);
    });
    server.run(&stop).map_err(broken)
}

/// A listener and its connections.
struct Server {
    address: SocketAddr,
    header: usize,
    poll: Poll,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
}

struct Connection {
    stream: TcpStream,
    input: Inbox,
    output: Outbox,
    blocked: bool,
}

impl Server {
    fn bind(header: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let address = listener.local_addr()?;
        Ok(Self { address, header, poll, listener, connections: Vec::new() })
    }

    fn run(&mut self, stop: &AtomicBool) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        while !stop.load(Ordering::Relaxed) {
            match self.poll.poll(&mut events, Some(Duration::from_millis(200))) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                if event.token() == LISTENER {
                    self.accept()?;
                } else if let Some(place) = self.connections.get_mut(event.token().0) {
                    let registry = self.poll.registry();
                    let alive = place.as_mut().is_some_and(|connection| {
                        connection.answer(self.header, registry, event.token()).unwrap_or(false)
                    });
                    if !alive {
                        *place = None;
                    }
                }
            }
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nodelay(true)?;
            let place = self.connections.iter().position(Option::is_none);
            let place = place.unwrap_or_else(|| {
                self.connections.push(None);
                self.connections.len() - 1
            });
            self.poll.registry().register(&mut stream, Token(place), Interest::READABLE)?;
            let (input, output) = (Inbox::new(), Outbox::default());
            let connection = Connection { stream, input, output, blocked: false };
            if let Some(free) = self.connections.get_mut(place) {
                *free = Some(connection);
            }
        }
    }
}

impl Connection {
    /// Answer what has come; false when the connection is at its end.
    fn answer(&mut self, header: usize, registry: &Registry, token: Token) -> io::Result<bool> {
        loop {
            if self.output.waiting() > WAITING && !self.flush(registry, token)? {
                return Ok(true);
            }
            let filled = self.input.fill(&mut self.stream)?;
            while let Some(frame) = self.input.next() {
                let (header, body) = frame.split_at_checked(header).unwrap_or((frame, &[]));
                let wanted = body.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
                self.output.push_frame(header, body, usize::from(wanted));
            }
            match filled {
                Filled::Full => {}
                Filled::Drained => return self.flush(registry, token).map(|_| true),
                Filled::Closed => return self.flush(registry, token).map(|_| false),
            }
        }
    }

    fn flush(&mut self, registry: &Registry, token: Token) -> io::Result<bool> {
        let done = self.output.flush(&mut self.stream)?;
        if self.blocked == done {
            let interest =
                if done { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
            registry.reregister(&mut self.stream, token, interest)?;
            self.blocked = !done;
        }
        Ok(done)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::net::TcpStream;

    /// A reference server on its own thread, ended when it is dropped.
    pub(in crate::bench) struct Running {
        pub(in crate::bench) address: SocketAddr,
        stop: Arc<AtomicBool>,
        thread: Option<thread::JoinHandle<()>>,
    }

    impl Running {
        pub(in crate::bench) fn start(header: usize) -> Self {
            let mut server = Server::bind(header).expect("a free port");
            let address = server.address;
            let stop = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&stop);
            let thread =
                thread::spawn(move || server.run(&asked).expect("the server runs to its end"));
            Self { address, stop, thread: Some(thread) }
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            self.stop.store(true, Ordering::Relaxed);
            self.thread.take().map(thread::JoinHandle::join);
        }
    }

    #[test]
    fn every_frame_is_answered_with_the_length_it_asks_for() {
        let server = Running::start(4);
        let mut stream = TcpStream::connect(server.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let sizes = [(2, 0), (150, 60), (60, 150), (32_000, 8), (40, 65_000), (3, 1)];
        let mut sent = Outbox::default();
        for &(length, reply) in &sizes {
            let (request, _) = shadow(length, reply);
            sent.push_frame(b"0A1b", &request, request.len());
        }
        assert!(sent.flush(&mut stream).expect("it reads"));
        let mut inbox = Inbox::new();
        for &(length, reply) in &sizes {
            let frame = loop {
                if let Some(frame) = inbox.next() {
                    break frame.to_vec();
                }
                assert_ne!(inbox.fill(&mut stream).expect("it answers"), Filled::Closed);
            };
            let (_, answer) = shadow(length, reply);
            assert_eq!(frame.len(), 4 + reply);
            assert_eq!(frame, [b"0A1b", answer.as_slice()].concat());
        }
    }

    #[test]
    fn a_frame_shorter_than_the_header_is_answered_and_harms_nobody() {
        let server = Running::start(4);
        let mut stream = TcpStream::connect(server.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        stream.write_all(&[0, 1, b'x', 0, 0]).expect("it reads");
        let mut reply = [0; 5];
        stream.read_exact(&mut reply).expect("it answers both");
        assert_eq!(reply, [0, 1, b'x', 0, 0]);
    }
}
