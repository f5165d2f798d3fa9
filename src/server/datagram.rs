//! Messages by UDP: one datagram holds one message with its length prefix, and so does the reply.

use std::io;
use std::time::Duration;

use tokio::net::UdpSocket;
use tracing::{debug, warn};
use zeroize::Zeroizing;

use super::buffer::Outbox;
use super::exchange::Rules;
use super::frame::{Frame, PREFIX};
use super::host::Host;
use super::stop::Stop;

/// Pause after a failed read.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers datagrams until the order to stop.
pub(super) async fn serve<H: Host>(socket: UdpSocket, rules: Rules<H>, mut stop: Stop) {
    // All replies are sent or lost at once, so nothing is left to finish.
    tokio::select! {
        biased;
        () = stop.requested() => {}
        error = converse(&socket, &rules) => warn!("no more datagrams are answered: {error}"),
    }
}

async fn converse<H: Host>(socket: &UdpSocket, rules: &Rules<H>) -> io::Error {
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
            Frame::Whole(message) if PREFIX + message.len() == length => {
                let reply =
                    outbox.reply(message.len(), |out| rules.host.answer(rules.lmk, message, out));
                if reply.is_err() {
                    warn!(%peer, "a reply is too long to be sent");
                } else if !outbox.unsent().is_empty()
                    && let Err(error) = socket.send_to(outbox.unsent(), peer).await
                {
                    debug!(%peer, "a reply was not sent: {error}");
                }
                outbox.clear();
            }
            _ => debug!(%peer, "a datagram of {length} bytes is not one message; dropped"),
        }
        zeroize::Zeroize::zeroize(bytes);
    }
}
