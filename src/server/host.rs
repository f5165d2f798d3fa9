//! What the server asks of the appliance behind it.

use bytes::BytesMut;
use host_commands::LmkPort;

/// Answers host messages. One value serves all connections at the same time.
pub(crate) trait Host: Send + Sync + 'static {
    /// Appends exactly one reply body (without length prefix, at most 65,535 bytes) to one request
    /// body of any content, empty ones included. A host that appends nothing sends no reply.
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut);
}

impl Host for host_commands::Host {
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) {
        Self::answer(self, port, message, out);
    }
}
