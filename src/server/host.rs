//! What the server asks of the appliance behind it.

use std::time::Duration;

use bytes::BytesMut;
use host_commands::LmkPort;
use tokio::sync::oneshot;

/// Answers host messages. One value serves all connections at the same time.
pub(crate) trait Host: Send + Sync + 'static {
    /// Appends exactly one reply body (without length prefix, at most 65,535 bytes) to one request
    /// body of any content, empty ones included. A host that appends nothing sends no reply. Where
    /// the host has to wait for something, a second reply follows.
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<Later>;

    /// Whether hosts are served. Else connections are refused, and those that are open end with their next message.
    fn is_open(&self) -> bool {
        true
    }

    /// How long replies to so many messages are held back.
    fn delay(&self, _messages: usize) -> Duration {
        Duration::ZERO
    }
}

/// The body of a reply that is not there yet.
pub(crate) type Later = oneshot::Receiver<Vec<u8>>;

impl Host for host_commands::Host {
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<Later> {
        let second = Self::answer(self, port, message, out)?;
        let (sender, later) = oneshot::channel();
        second.follow(move |reply| {
            // A connection that is gone does not want it any more.
            let _ = sender.send(reply);
        });
        Some(later)
    }

    fn is_open(&self) -> bool {
        self.appliance().is_online()
    }

    fn delay(&self, messages: usize) -> Duration {
        self.appliance().delay(messages)
    }
}
