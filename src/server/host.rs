//! What the server asks of the appliance behind it.

use std::io;
use std::sync::Arc;

use appliance::Appliance;
use bytes::BytesMut;
use host_commands::LmkPort;
use tokio::sync::oneshot;
use wire::Burden;
use zeroize::{Zeroize as _, Zeroizing};

use super::pool::Pool;

/// Room for the reply to a slow command beyond twice its message: an RSA key of 4096 bits fits.
const ROOM: usize = 8 * 1024;

/// Answers host messages. One value serves all connections at the same time.
pub(crate) trait Host: Send + Sync + 'static {
    /// Appends exactly one reply body (without length prefix, at most 65,535 bytes) to one request
    /// body of any content, empty ones included. A host that appends nothing sends no reply at once.
    /// Where it has to work or to wait for long, a reply follows.
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<Later>;

    /// Wipes what answering left behind in this thread, after the messages of one turn.
    fn tidy(&self) {}

    /// The appliance: whether it serves hosts, how its ports are set up, and its table of connections.
    fn appliance(&self) -> &Appliance;
}

/// The body of a reply that is not there yet.
pub(crate) type Later = oneshot::Receiver<Zeroizing<Vec<u8>>>;

/// The appliance, with threads of their own for commands that take their time.
#[derive(Debug)]
pub(crate) struct Pooled {
    host: Arc<host_commands::Host>,
    slow: Pool,
    changes: Pool,
}

impl Pooled {
    /// Starts the threads.
    pub(crate) fn new(host: Arc<host_commands::Host>) -> io::Result<Self> {
        Ok(Self { host, slow: Pool::of_slow_commands()?, changes: Pool::of_changes()? })
    }

    /// Answers with the only reply of a command, in a thread of a pool.
    fn answer_later(&self, pool: &Pool, port: LmkPort, message: &[u8]) -> Later {
        let (sender, later) = oneshot::channel();
        let (host, message) = (Arc::clone(&self.host), Zeroizing::new(message.to_vec()));
        pool.run(move || {
            // A connection that is gone does not want it any more.
            if sender.is_closed() {
                return;
            }
            let mut out = BytesMut::with_capacity(2 * message.len() + ROOM);
            host.answer(port, &message, &mut out);
            host_commands::Host::wipe_stack();
            let reply = Zeroizing::new(out.to_vec());
            out.as_mut().zeroize();
            let _ = sender.send(reply);
        });
        later
    }
}

impl Host for Pooled {
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<Later> {
        match self.host.burden(message) {
            Burden::Light => {}
            Burden::Processor => return Some(self.answer_later(&self.slow, port, message)),
            Burden::Disk => return Some(self.answer_later(&self.changes, port, message)),
        }
        let second = self.host.answer(port, message, out)?;
        let (sender, later) = oneshot::channel();
        second.follow(move |reply| {
            let _ = sender.send(Zeroizing::new(reply));
        });
        Some(later)
    }

    fn tidy(&self) {
        host_commands::Host::wipe_stack();
    }

    fn appliance(&self) -> &Appliance {
        self.host.appliance()
    }
}
