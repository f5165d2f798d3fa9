//! Messages by UDP: one datagram holds one message with its length prefix, and so does each reply.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use appliance::{Admission, Protocol, Refused, Traffic};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tracing::{debug, warn};
use zeroize::Zeroizing;

use super::buffer::Outbox;
use super::exchange::Rules;
use super::frame::{Frame, PREFIX};
use super::host::{Host, Later};
use super::stop::Stop;
use super::visitor::Visitor;

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
    let network = Arc::clone(rules.host.appliance().network());
    let traffic = network.datagrams();
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
        traffic.received(length);
        match message(bytes, peer, rules) {
            Ok(message) => {
                let replied =
                    outbox.reply(message.len(), |out| rules.host.answer(rules.lmk, message, out));
                rules.host.tidy();
                let delay = rules.host.appliance().delay(1);
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                send(socket, peer, &mut outbox, &traffic).await;
                match replied {
                    // Nobody else waits for it, but where too much is waited for already.
                    Ok(Some(later)) => {
                        while following.try_join_next().is_some() {}
                        while following.len() >= FOLLOWING {
                            following.join_next().await;
                        }
                        let (socket, traffic) = (Arc::clone(socket), Arc::clone(&traffic));
                        following.spawn(follow(socket, peer, later, traffic));
                    }
                    Err(_) if rules.complaints.may_tell() => {
                        warn!(%peer, "a reply is too long to be sent");
                    }
                    Ok(None) | Err(_) => {}
                }
            }
            Err(why) => {
                debug!(%peer, "a datagram of {length} bytes is dropped: {}", why.words());
                network.refuse(why);
            }
        }
        zeroize::Zeroize::zeroize(bytes);
    }
}

/// The message in a datagram, if it is one and is to be answered.
fn message<'a, H: Host>(
    bytes: &'a [u8],
    peer: SocketAddr,
    rules: &Rules<H>,
) -> Result<&'a [u8], Refused> {
    let appliance = rules.host.appliance();
    if appliance.admission() == Admission::NONE {
        return Err(Refused::Closed);
    }
    Visitor::new(Protocol::Udp, peer.ip()).may_knock(&appliance.state().host_ports)?;
    match Frame::first(bytes, rules.frame_limit) {
        Frame::Whole(message) if PREFIX + message.len() == bytes.len() => Ok(message),
        _ => Err(Refused::Malformed),
    }
}

/// Sends a reply that takes its time when it is there.
async fn follow(socket: Arc<UdpSocket>, peer: SocketAddr, later: Later, traffic: Arc<Traffic>) {
    let reply = later.await.unwrap_or_default();
    let mut outbox = Outbox::default();
    if outbox.reply(reply.len(), |out| out.extend_from_slice(&reply)).is_ok() {
        send(&socket, peer, &mut outbox, &traffic).await;
    }
}

/// Sends what is in the outbox, as one datagram.
async fn send(socket: &UdpSocket, peer: SocketAddr, outbox: &mut Outbox, traffic: &Traffic) {
    if !outbox.unsent().is_empty() {
        match socket.send_to(outbox.unsent(), peer).await {
            Ok(length) => traffic.sent(length),
            Err(error) => debug!(%peer, "a reply was not sent: {error}"),
        }
    }
    outbox.clear();
}
