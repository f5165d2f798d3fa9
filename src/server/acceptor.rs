//! Takes the connections of one listener.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tracing::{debug, error, warn};

use super::connection::{self, Limits};
use super::exchange::Rules;
use super::host::Host;
use super::stop::Stop;

/// Pause after a failed accept, for lack of descriptors does not go away at once.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until the order to stop, then waits until every connection has ended.
pub(super) async fn serve<H: Host>(
    listener: TcpListener,
    rules: Rules<H>,
    limits: Limits,
    room: Arc<Semaphore>,
    mut stop: Stop,
) {
    let mut connections = JoinSet::new();
    let connection_stop = stop.clone();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.requested() => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                report(ended);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                refused(&error).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            warn!(%peer, "connection refused: all connections are in use (see --connections)");
            continue;
        };
        prepare(&stream);
        debug!(%peer, "connection accepted");
        let served =
            connection::serve(stream, peer, rules.clone(), limits, connection_stop.clone());
        connections.spawn(async move {
            served.await;
            drop(place);
        });
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        report(ended);
    }
}

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
