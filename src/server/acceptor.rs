//! Takes the connections of one listener.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, error, warn};

use super::connection::{Connection, Limits};
use super::exchange::Rules;
use super::host::Host;
use super::stop::Stop;

/// Pause after a failed accept, for lack of descriptors does not go away at once.
const PAUSE: Duration = Duration::from_millis(50);
/// How long connections that the system has established already are still taken after the order to
/// stop. They are there at once; the moment is for the poller to notice them.
const LAST_MOMENT: Duration = Duration::from_millis(20);

/// What every connection of a listener is served with.
pub(super) struct Acceptor<H> {
    pub(super) listener: TcpListener,
    pub(super) rules: Rules<H>,
    pub(super) limits: Limits,
    /// A place for each connection, shared by all listeners.
    pub(super) places: Arc<Semaphore>,
    pub(super) stop: Stop,
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
        if !self.rules.host.is_open() {
            warn!(%peer, "connection refused: the device is not online");
            return;
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            warn!(%peer, "connection refused: all connections are in use (see --connections)");
            return;
        };
        prepare(&stream);
        debug!(%peer, "connection accepted");
        let connection = Connection::new(stream, self.rules.clone(), self.limits, place);
        connections.spawn(connection.run(peer, self.stop.clone()));
    }
}

type Accepted = io::Result<(TcpStream, SocketAddr)>;

async fn refused(error: &io::Error) {
    warn!("a connection could not be accepted: {error}");
    if error.kind() != io::ErrorKind::ConnectionAborted {
        tokio::time::sleep(PAUSE).await;
    }
}

fn prepare(stream: &TcpStream) {
    // Keep-alive is inherited from the listener. A connection without either still works.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
}

fn report(ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        error!("a connection was closed by a defect of this program");
    }
}
