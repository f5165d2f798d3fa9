//! Takes the connections of one listener.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use appliance::{Action, Admission, HostPorts, Link, Protocol, Refused};
use rustix::net::sockopt::set_tcp_keepidle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{debug, error, warn};

use super::connection::{Connection, Limits};
use super::exchange::{Exchange, Rules};
use super::host::Host;
use super::stop::Stop;
use super::stream::Stream;
use super::tls::Tls;
use super::visitor::Visitor;

/// Pause after a failed accept, for lack of descriptors does not go away at once.
const PAUSE: Duration = Duration::from_millis(50);
/// How long connections that the system has established already are still taken after the order to
/// stop. They are there at once; the moment is for the poller to notice them.
const LAST_MOMENT: Duration = Duration::from_millis(20);

/// What every connection of a listener is served with.
pub(super) struct Acceptor<H> {
    pub(super) listener: TcpListener,
    /// TCP or TLS.
    pub(super) protocol: Protocol,
    pub(super) rules: Rules<H>,
    pub(super) limits: Limits,
    pub(super) handshakes: Handshakes,
    pub(super) stop: Stop,
}

/// What TLS handshakes of all listeners share. A connection takes its place in the table when its handshake is over, so
/// clients without a right certificate take none from others.
#[derive(Clone, Debug)]
pub(super) struct Handshakes {
    tls: Arc<Tls>,
    /// A place for each that is under way.
    places: Arc<Semaphore>,
    limit: Duration,
}

impl Handshakes {
    /// So many may be under way at once.
    const AT_ONCE: usize = 64;

    /// Each has so much time.
    pub(super) fn new(limit: Duration) -> Self {
        Self { tls: Arc::default(), places: Arc::new(Semaphore::new(Self::AT_ONCE)), limit }
    }
}

impl<H: Host> Acceptor<H> {
    /// Accepts until the order to stop, then waits until every connection has ended.
    pub(super) async fn run(self) {
        let mut connections = JoinSet::new();
        let mut stop = self.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.requested() => break,
                Some(ended) = connections.join_next(), if !connections.is_empty() => report(ended),
                accepted = self.listener.accept() => self.admit(accepted, &mut connections).await,
            }
        }
        let deadline = Instant::now() + LAST_MOMENT;
        while let Ok(accepted) = timeout_at(deadline, self.listener.accept()).await {
            self.admit(accepted, &mut connections).await;
        }
        drop(self);
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    }

    async fn admit(&self, accepted: Accepted, connections: &mut JoinSet<()>) {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => return refused(&error).await,
        };
        let admitted =
            self.arrival(&stream, peer).and_then(|arrival| Ok((self.place(&arrival)?, arrival)));
        let (place, arrival) = match admitted {
            Ok(admitted) => admitted,
            // It is counted before the client finds that its connection is closed.
            Err(why) => return self.rules.refuse(peer, why, ""),
        };
        prepare(&stream, &arrival.ports);
        let stop = self.stop.clone();
        match place {
            Place::Connected(link) => connections.spawn(arrival.serve(stream, link, stop)),
            Place::ShakingHands(permit) => {
                let handshakes = self.handshakes.clone();
                connections.spawn(arrival.shake_hands(stream, handshakes, permit, stop))
            }
        };
    }

    /// Its place, unless it is plain already that there is none for it.
    fn place(&self, arrival: &Arrival<H>) -> Result<Place, Refused> {
        if self.protocol != Protocol::Tls {
            return arrival.link().map(Place::Connected);
        }
        let network = self.rules.host.appliance().network();
        if network.is_full(arrival.ports.connections) {
            return Err(Refused::Full);
        }
        let permit = Arc::clone(&self.handshakes.places).try_acquire_owned();
        permit.map(Place::ShakingHands).map_err(|_| Refused::Full)
    }

    fn arrival(&self, stream: &TcpStream, peer: SocketAddr) -> Result<Arrival<H>, Refused> {
        let appliance = self.rules.host.appliance();
        // In this order: what changes in between is noticed with the first message.
        let admission = appliance.admission();
        let ports = Arc::clone(&appliance.state().host_ports);
        if admission == Admission::NONE {
            return Err(Refused::Closed);
        }
        let visitor = Visitor::new(self.protocol, peer.ip());
        visitor.may_knock(&ports)?;
        let local_port = stream.local_addr().map_or(0, |address| address.port());
        let (rules, limits, protocol) = (self.rules.clone(), self.limits, self.protocol);
        Ok(Arrival { rules, limits, protocol, local_port, peer, ports, visitor, admission })
    }
}

/// What a connection has a place among.
enum Place {
    /// Those in the table of connections.
    Connected(Link),
    /// Those that shake hands.
    ShakingHands(OwnedSemaphorePermit),
}

/// A connection that may be served.
struct Arrival<H> {
    rules: Rules<H>,
    limits: Limits,
    protocol: Protocol,
    local_port: u16,
    peer: SocketAddr,
    ports: Arc<HostPorts>,
    visitor: Visitor,
    admission: Admission,
}

impl<H: Host> Arrival<H> {
    /// Takes its place in the table of connections.
    fn link(&self) -> Result<Link, Refused> {
        let network = self.rules.host.appliance().network();
        let Self { protocol, local_port, peer, ref ports, .. } = *self;
        network.open(protocol, local_port, peer, ports.connections).ok_or(Refused::Full)
    }

    /// Serves it to its end.
    async fn serve<S: Stream>(self, stream: S, link: Link, stop: Stop) {
        let Self { rules, limits, peer, visitor, admission, .. } = self;
        debug!(%peer, "connection accepted");
        let exchange = Exchange::new(rules, visitor, admission);
        Connection::new(stream, exchange, limits, link).run(peer, stop).await;
    }

    /// Serves it over TLS, if the client completes the handshake in time.
    async fn shake_hands(
        mut self,
        stream: TcpStream,
        handshakes: Handshakes,
        place: OwnedSemaphorePermit,
        mut stop: Stop,
    ) {
        let Handshakes { tls, limit, .. } = handshakes;
        let peer = self.peer;
        let shaken = tokio::select! {
            biased;
            () = stop.requested() => return,
            shaken = timeout(limit, tls.accept(&self.ports, stream)) => shaken,
        };
        drop(place);
        let (why, more) = match shaken {
            Ok(Ok((stream, certificates))) => match self.link() {
                Ok(link) => {
                    self.visitor = self.visitor.with_certificates(certificates);
                    return self.serve(stream, link, stop).await;
                }
                Err(why) => (why, String::new()),
            },
            Ok(Err(error)) => (Refused::Handshake, format!(": {error}")),
            Err(_) => (Refused::Handshake, ": it takes too long".to_owned()),
        };
        self.rules.refuse(peer, why, &more);
    }
}

impl<H: Host> Rules<H> {
    /// Counts a client that is refused, tells it, and audits that it is not authenticated: as much of it as there is to be
    /// in a log.
    fn refuse(&self, peer: SocketAddr, why: Refused, more: &str) {
        let appliance = self.host.appliance();
        appliance.network().refuse(why);
        if !self.complaints.may_tell() {
            return;
        }
        warn!(%peer, "connection refused: {}{more}", why.words());
        if matches!(why, Refused::Address | Refused::Handshake) {
            let event = Action::NotAuthenticated.failed();
            appliance.audit_if(|options| options.connection_failures, event);
        }
    }
}

type Accepted = io::Result<(TcpStream, SocketAddr)>;

async fn refused(error: &io::Error) {
    warn!("a connection could not be accepted: {error}");
    if error.kind() != io::ErrorKind::ConnectionAborted {
        tokio::time::sleep(PAUSE).await;
    }
}

fn prepare(stream: &TcpStream, ports: &HostPorts) {
    // That there is keep-alive is inherited from the listener. A connection without either still works.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    let silence = Duration::from_mins(ports.keep_alive.max(1).into());
    if let Err(error) = set_tcp_keepidle(stream, silence) {
        debug!("no TCP_KEEPIDLE: {error}");
    }
}

fn report(ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        error!("a connection was closed by a defect of this program");
    }
}
