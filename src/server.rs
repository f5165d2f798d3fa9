//! The host ports: listeners, framing, connections and their limits, over TCP, UDP and TLS.
//!
//! One task per connection runs the host commands itself: it reads once, answers every complete
//! message, and writes once. Slow commands run on a few threads of low priority, and only their own
//! connection waits for them: replies keep the order of the requests. A message is a two-byte length
//! (big-endian) and as many bytes.

mod acceptor;
mod buffer;
mod complaints;
mod connection;
mod datagram;
mod descriptors;
mod exchange;
mod frame;
mod host;
mod pool;
mod port;
mod stop;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod visitor;

use std::io::{self, Write};
use std::iter;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use appliance::Protocol;
use tokio::task::JoinSet;

use self::acceptor::{Acceptor, Handshakes};
use self::connection::Limits;
use self::exchange::Rules;
use host_commands::LmkPort;

pub(crate) use self::host::{Host, Pooled};
pub(crate) use self::port::BindError;
use self::port::HostPort;
pub(crate) use self::stop::{Stop, Stopper};

/// What the host ports go by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Options {
    /// Address and port P of the default LMK. With P = 0 every listener takes a free port.
    pub(crate) listen: SocketAddr,
    /// Port of the default LMK over TLS, if there is TLS. Zero takes a free port for every listener.
    pub(crate) tls: Option<u16>,
    /// Whether hosts are served by TLS alone.
    pub(crate) tls_only: bool,
    /// Time that a TLS handshake may take.
    pub(crate) handshake_timeout: Duration,
    /// Longest message in bytes, without its length prefix.
    pub(crate) frame_limit: usize,
    /// Time from the first byte of a message to its last.
    pub(crate) partial_frame_timeout: Duration,
    /// Time without a message after which a connection is closed.
    pub(crate) idle_timeout: Option<Duration>,
    /// Whether datagrams are answered.
    pub(crate) udp: bool,
    /// Time that connections have to finish after [`Stopper::stop`].
    pub(crate) grace_period: Duration,
}

/// The host ports of one appliance, bound and listening.
#[derive(Debug)]
pub(crate) struct Server<H> {
    host: Arc<H>,
    ports: Vec<HostPort>,
    options: Options,
}

impl Options {
    /// What is served from which port on.
    fn bases(&self) -> impl Iterator<Item = (Protocol, SocketAddr)> {
        let tcp = (!self.tls_only).then_some((Protocol::Tcp, self.listen));
        let tls = self.tls.map(|port| (Protocol::Tls, SocketAddr::new(self.listen.ip(), port)));
        tcp.into_iter().chain(tls)
    }
}

impl<H: Host> Server<H> {
    /// Binds the port of the default LMK and one for each of `lmks`. Wants a tokio runtime around
    /// it.
    pub(crate) fn bind(host: Arc<H>, lmks: &[u8], options: Options) -> Result<Self, BindError> {
        descriptors::raise(host.appliance().state().host_ports.connections.into());
        let lmks: Vec<_> =
            iter::once(LmkPort::Default).chain(lmks.iter().copied().map(LmkPort::Only)).collect();
        let mut ports = Vec::new();
        for (protocol, base) in options.bases() {
            let udp = options.udp && protocol == Protocol::Tcp;
            for lmk in &lmks {
                ports.push(HostPort::bind(protocol, *lmk, base, udp)?);
            }
        }
        Ok(Self { host, ports, options })
    }

    /// Address of the port of the default LMK.
    pub(crate) fn address(&self) -> SocketAddr {
        let first = self.ports.first().and_then(|port| port.listener.local_addr().ok());
        first.unwrap_or(self.options.listen)
    }

    /// Writes one line per listener.
    pub(crate) fn announce(&self, out: &mut dyn Write) -> io::Result<()> {
        self.ports.iter().try_for_each(|port| writeln!(out, "{port}"))
    }

    /// Serves until `stop`, and then until every connection has its answers or the grace period is
    /// over.
    pub(crate) async fn run(self, mut stop: Stop) {
        let Self { host, ports, options } = self;
        let limits = Limits::new(&options);
        let handshakes = Handshakes::new(options.handshake_timeout);
        let network = Arc::clone(host.appliance().network());
        let complaints = Arc::default();
        let mut tasks = JoinSet::new();
        for HostPort { protocol, lmk, listener, datagrams } in ports {
            let host = Arc::clone(&host);
            let (frame_limit, complaints) = (options.frame_limit, Arc::clone(&complaints));
            let rules = Rules { host, lmk, frame_limit, complaints };
            if let Ok(address) = listener.local_addr() {
                network.listens(protocol, address);
                if datagrams.is_some() {
                    network.listens(Protocol::Udp, address);
                }
            }
            if let Some(socket) = datagrams {
                tasks.spawn(datagram::serve(socket, rules.clone(), stop.clone()));
            }
            let (handshakes, stop) = (handshakes.clone(), stop.clone());
            tasks.spawn(Acceptor { listener, protocol, rules, limits, handshakes, stop }.run());
        }
        stop.requested().await;
        let finished = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(options.grace_period, finished).await.is_err() {
            tracing::warn!(
                "the grace period is over: connections that have not finished are closed"
            );
        }
    }
}
