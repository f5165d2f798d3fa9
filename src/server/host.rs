//! What the server asks of the appliance behind it.

use bytes::BytesMut;

/// Answers host messages. One value serves all connections at the same time.
pub(crate) trait Host: Send + Sync + 'static {
    /// Appends exactly one reply body (without length prefix, at most 65,535 bytes) to one request
    /// body of any content, empty ones included. A host that appends nothing sends no reply.
    fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut);
}

/// Which LMK a host port stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LmkPort {
    /// Port P: the default LMK, or the one that the command names with `%nn`.
    Default,
    /// Port P + 1 + n: LMK n.
    Only(u8),
}
