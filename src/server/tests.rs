//! The server over real loopback sockets, in front of a host that echoes. Every wait is bounded.

mod admission;
mod datagrams;
mod later;
mod limits;
mod stopping;
mod stream;
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use appliance::{Appliance, HostPorts, Randomness, State};
use bytes::{BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::host::Later;
use super::{Host, LmkPort, Options, Server, Stopper};

/// Longest wait of a test for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Answers with a character for the port and the message itself; `silent` is answered with nothing,
/// `huge` with too much, and `HEADFAIL` panics as a command might. `later` and a number of
/// milliseconds has a second reply, after that time.
#[derive(Debug)]
pub(super) struct Echo(Appliance);

impl Default for Echo {
    fn default() -> Self {
        Self(Appliance::new(State::default(), Randomness::from_seed(1)))
    }
}

impl Host for Echo {
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<Later> {
        match (message, port) {
            (b"silent", _) => {}
            (b"HEADFAIL", _) => {
                host_commands::isolated(message, 4, out, |_| panic!("a command fails"));
            }
            (b"huge", _) => out.put_bytes(b'x', 65_536),
            (_, LmkPort::Default) => {
                out.put_u8(b'=');
                out.put_slice(message);
            }
            (_, LmkPort::Only(id)) => {
                out.put_u8(b'0' + id);
                out.put_slice(message);
            }
        }
        let delay = str::from_utf8(message.strip_prefix(b"later")?).ok()?.parse().ok()?;
        let (sender, later) = oneshot::channel();
        let second = second(message);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(delay));
            sender.send(second.into())
        });
        Some(later)
    }

    fn appliance(&self) -> &Appliance {
        &self.0
    }
}

/// The second reply that [`Echo`] gives.
fn second(message: &[u8]) -> Vec<u8> {
    [b"second ", message].concat()
}

/// A message with its length prefix.
pub(super) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("the message is short");
    [&length.to_be_bytes()[..], message].concat()
}

/// The reply that [`Echo`] gives on the default port, with its length prefix.
fn echoed(message: &[u8]) -> Vec<u8> {
    framed(&[b"=", message].concat())
}

fn options() -> Options {
    Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        tls: None,
        tls_only: false,
        handshake_timeout: PATIENCE,
        frame_limit: 32 * 1024,
        partial_frame_timeout: PATIENCE,
        idle_timeout: None,
        udp: false,
        grace_period: Duration::from_secs(5),
    }
}

/// A server that runs, and its order to stop.
struct Running {
    host: Arc<Echo>,
    addresses: Vec<SocketAddr>,
    stopper: Stopper,
    server: JoinHandle<()>,
}

impl Running {
    fn start(lmks: &[u8], options: Options) -> Self {
        Self::with(lmks, options, |_| ())
    }

    /// The same where the host ports are set up in another way.
    fn with(lmks: &[u8], options: Options, change: impl FnOnce(&mut HostPorts)) -> Self {
        let host = Arc::new(Echo::default());
        host.0.change(|state| change(state.host_ports_mut())).expect("it is in memory");
        let server = Server::bind(Arc::clone(&host), lmks, options).expect("a free port");
        let addresses =
            server.ports.iter().map(|port| port.address().expect("it is bound")).collect();
        let (stopper, stop) = Stopper::new();
        Self { host, addresses, stopper, server: tokio::spawn(server.run(stop)) }
    }

    /// Sets the host ports up in another way.
    fn change(&self, change: impl FnOnce(&mut HostPorts)) {
        self.host.0.change(|state| change(state.host_ports_mut())).expect("it is in memory");
    }

    async fn connect(&self) -> Client {
        Client(bounded(TcpStream::connect(self.addresses[0])).await.expect("the server accepts"))
    }

    async fn stopped(self) {
        bounded(self.server).await.expect("the server does not panic");
    }
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, bytes: &[u8]) {
        bounded(self.0.write_all(bytes)).await.expect("the connection stands");
    }

    async fn expect(&mut self, expected: &[u8]) {
        let mut reply = vec![0; expected.len()];
        bounded(self.0.read_exact(&mut reply)).await.expect("the server answers");
        assert!(reply == expected, "another reply than expected");
    }

    /// Closes the sending side.
    async fn half_close(&mut self) {
        bounded(self.0.shutdown()).await.expect("the connection stands");
    }

    /// Everything up to the end of the connection.
    async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        bounded(self.0.read_to_end(&mut rest)).await.expect("the connection is closed in order");
        rest
    }
}

async fn bounded<T>(work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.expect("it takes too long")
}
