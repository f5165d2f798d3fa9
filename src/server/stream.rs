//! What a connection reads from and writes to.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A stream of bytes.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Waits until there is something to read, so that who waits needs no memory.
    fn readable(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}

impl Stream for TcpStream {
    fn readable(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        Self::readable(self)
    }
}

impl Stream for TlsStream<TcpStream> {
    async fn readable(&mut self) -> io::Result<()> {
        let (stream, session) = self.get_mut();
        let state = session.process_new_packets().map_err(io::Error::other)?;
        if state.plaintext_bytes_to_read() == 0 {
            stream.readable().await?;
        }
        Ok(())
    }
}
