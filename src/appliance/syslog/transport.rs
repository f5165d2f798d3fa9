//! How lines travel.

use std::{
    fs, io,
    io::Write as _,
    net::{SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use super::{SyslogSettings, Transport};

/// How long the receiver may take to accept a connection, or a line.
const PATIENCE: Duration = Duration::from_secs(5);

/// A way to the receiver.
pub(super) enum Link {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Link {
    /// Finds the receiver.
    pub(super) fn open(settings: &SyslogSettings) -> io::Result<Self> {
        let addresses: Vec<_> = settings.server.to_socket_addrs()?.collect();
        match settings.transport {
            Transport::Udp => datagrams(&addresses).map(Self::Udp),
            Transport::Tcp => connect(&addresses).map(Self::Tcp),
            Transport::Tls => {
                let host = settings.server.rsplit_once(':').map_or("", |(host, _)| host);
                let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                let name = ServerName::try_from(host).map_err(io::Error::other)?;
                let config = Arc::new(config(&settings.certificate_authority)?);
                let client = ClientConnection::new(config, name).map_err(io::Error::other)?;
                let mut stream = StreamOwned::new(client, connect(&addresses)?);
                // A receiver that cannot be trusted is found out now, not with the first line.
                while stream.conn.is_handshaking() {
                    stream.conn.complete_io(&mut stream.sock)?;
                }
                Ok(Self::Tls(Box::new(stream)))
            }
        }
    }

    /// Sends one line: in a stream with its length before it.
    pub(super) fn send(&mut self, text: &str) -> io::Result<()> {
        let framed = || format!("{} {text}", text.len());
        match self {
            Self::Udp(socket) => socket.send(text.as_bytes()).map(|_| ()),
            Self::Tcp(stream) => stream.write_all(framed().as_bytes()),
            Self::Tls(stream) => {
                stream.write_all(framed().as_bytes())?;
                stream.flush()
            }
        }
    }
}

fn datagrams(addresses: &[SocketAddr]) -> io::Result<UdpSocket> {
    let to = addresses.first().ok_or(io::ErrorKind::NotFound)?;
    let own: SocketAddr =
        if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(own)?;
    socket.connect(to)?;
    Ok(socket)
}

fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => {
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.set_read_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Trusts what is signed by the certificates of a PEM file.
fn config(authority: &Path) -> io::Result<ClientConfig> {
    let pem = fs::read(authority)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
