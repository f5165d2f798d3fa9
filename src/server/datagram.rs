//! Messages by UDP: one datagram holds one message with its length prefix, and so does each reply.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tracing::{debug, warn};
use zeroize::Zeroizing;

use super::buffer::Outbox;
use super::exchange::Rules;
use super::frame::{Frame, PREFIX};
use super::host::{Host, Later};
use super::stop::Stop;

/// Replies that take their time and are waited for at once.
const FOLLOWING: usize = 64;
/// Pause after a failed read.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers datagrams until the order to stop.
pub(super) async fn serve<H: Host>(socket: UdpSocket, rules: Rules<H>, mut stop: Stop) {
    let socket = Arc::new(socket);
    let mut following = JoinSet::new();
    // Replies are sent, lost, or held back and then not sent any more: only those that take their time are left to
    // finish.
    tokio::select! {
        biased;
        () = stop.requested() => {}
        error = converse(&socket, &rules, &mut following) => {
            warn!("no more datagrams are answered: {error}");
        }
    }
    while following.join_next().await.is_some() {}
}

async fn converse<H: Host>(
    socket: &Arc<UdpSocket>,
    rules: &Rules<H>,
    following: &mut JoinSet<()>,
) -> io::Error {
    if let Err(error) = socket.readable().await {
        return error;
    }
    // One byte more than the longest message shows which datagrams are too long.
    let mut datagram = Zeroizing::new(vec![0; PREFIX + rules.frame_limit + 1]);
    let mut outbox = Outbox::default();
    loop {
        let (length, peer) = match socket.recv_from(&mut datagram).await {
            Ok(received) => received,
            Err(error) => {
                debug!("a datagram could not be read: {error}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let bytes = datagram.get_mut(..length).unwrap_or_default();
        match Frame::first(bytes, rules.frame_limit) {
            Frame::Whole(_) if !rules.host.is_open() => {
                debug!(%peer, "a datagram is dropped: the device is not online");
            }
            Frame::Whole(message) if PREFIX + message.len() == length => {
                let replied =
                    outbox.reply(message.len(), |out| rules.host.answer(rules.lmk, message, out));
                rules.host.tidy();
                let delay = rules.host.delay(1);
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                send(socket, peer, &mut outbox).await;
                match replied {
                    // Nobody else waits for it, but where too much is waited for already.
                    Ok(Some(later)) => {
                        while following.try_join_next().is_some() {}
                        while following.len() >= FOLLOWING {
                            following.join_next().await;
                        }
                        following.spawn(follow(Arc::clone(socket), peer, later));
                    }
                    Ok(None) => {}
                    Err(_) => warn!(%peer, "a reply is too long to be sent"),
                }
            }
            _ => debug!(%peer, "a datagram of {length} bytes is not one message; dropped"),
        }
        zeroize::Zeroize::zeroize(bytes);
    }
}

/// Sends a reply that takes its time when it is there.
async fn follow(socket: Arc<UdpSocket>, peer: SocketAddr, later: Later) {
    let reply = later.await.unwrap_or_default();
    let mut outbox = Outbox::default();
    if outbox.reply(reply.len(), |out| out.extend_from_slice(&reply)).is_ok() {
        send(&socket, peer, &mut outbox).await;
    }
}

/// Sends what is in the outbox, as one datagram.
async fn send(socket: &UdpSocket, peer: SocketAddr, outbox: &mut Outbox) {
    if !outbox.unsent().is_empty()
        && let Err(error) = socket.send_to(outbox.unsent(), peer).await
    {
        debug!(%peer, "a reply was not sent: {error}");
    }
    outbox.clear();
}
