//! A connection that bytes go over: TCP as it is, or TLS 1.3 on it.

use super::Failure;
use certificates::{Certificate, PrivateKey};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{self, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A host port, and what its clients need to connect.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// Where it is.
    pub(super) address: SocketAddr,
    /// How TLS is spoken there; none over TCP.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

impl Door {
    /// A port without TLS.
    pub(super) const fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }

    /// Connect, and shake hands.
    pub(super) fn connect(&self) -> Result<Line<TcpStream>, Failure> {
        let Self { address, tls } = self;
        let refused = |source| Failure::Connect { address: *address, source };
        let stream = TcpStream::connect_timeout(address, Duration::from_secs(5))
            .and_then(|stream| stream.set_nodelay(true).map(|()| stream));
        let mut stream = stream.map_err(refused)?;
        let Some(config) = tls else { return Ok(Line::Plain(stream)) };
        let mut session = ClientConnection::new(Arc::clone(config), address.ip().into())
            .map_err(|error| refused(io::Error::other(error)))?;
        while session.is_handshaking() {
            session.complete_io(&mut stream).map_err(refused)?;
        }
        Ok(Line::Tls(Box::new(StreamOwned::new(session, stream))))
    }
}

/// How a client with these certificates, its own first, speaks TLS 1.3 to a server of this authority.
pub(super) fn client(
    authorities: &[Certificate],
    chain: &[Certificate],
    key: &PrivateKey,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let der = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
    let mut roots = RootCertStore::empty();
    authorities.iter().try_for_each(|authority| roots.add(der(authority)))?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.der().to_vec()));
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain.iter().map(der).collect(), key)?;
    Ok(Arc::new(config))
}

/// A connection over a socket of this kind.
#[derive(Debug)]
pub(super) enum Line<S: Read + Write> {
    /// As it is.
    Plain(S),
    /// With TLS on it.
    Tls(Box<StreamOwned<ClientConnection, S>>),
}

impl<S: Read + Write> Line<S> {
    /// The socket underneath.
    pub(super) fn socket(&mut self) -> &mut S {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &mut stream.sock,
        }
    }

    /// The same over another kind of socket.
    pub(super) fn map<T: Read + Write>(self, other: impl FnOnce(S) -> T) -> Line<T> {
        match self {
            Self::Plain(socket) => Line::Plain(other(socket)),
            Self::Tls(stream) => {
                let (session, socket) = stream.into_parts();
                Line::Tls(Box::new(StreamOwned::new(session, other(socket))))
            }
        }
    }
}

impl<S: Read + Write> Read for Line<S> {
    /// Reads once. Less than there is room for means that the socket has no more, as it does without TLS.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let stream = match self {
            Self::Plain(socket) => return socket.read(buffer),
            Self::Tls(stream) => stream,
        };
        let mut filled = 0;
        while filled < buffer.len() {
            // A record at a time.
            match stream.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock && filled > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl<S: Read + Write> Write for Line<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    /// Makes sure that the socket has all that was written; over TLS some of it may wait in the session.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
