//! Host ports: one listener, and one socket for datagrams, per LMK.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, UdpSocket};

use super::Options;
use host_commands::LmkPort;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How often a free TCP port is tried whose number is taken for UDP.
const ATTEMPTS: usize = 16;

/// A port that accepts connections on behalf of one LMK, or of the default LMK.
///
/// Its text is the line that `serve` prints: `host port 127.0.0.1:1501 LMK 00`.
#[derive(Debug)]
pub(super) struct HostPort {
    pub(super) lmk: LmkPort,
    pub(super) listener: TcpListener,
    pub(super) datagrams: Option<UdpSocket>,
}

/// Why there is no such host port.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    /// Another program, or another Strongroom, has it.
    #[error("{0} is in use: stop the program that listens there, or choose another base port \
             with --listen{hint}", hint = .0.transport.hint())]
    InUse(Place),
    /// The operating system refuses it.
    #[error("{place} cannot be opened: {error}; choose another address with --listen")]
    Refused {
        /// What it refuses.
        place: Place,
        /// What it says.
        error: io::Error,
    },
    /// P + 1 + n exceeds 65,535.
    #[error("base port {base} leaves none for {}: choose a lower one with --listen", name(*.lmk))]
    BaseTooHigh {
        /// P.
        base: u16,
        /// On whose behalf.
        lmk: LmkPort,
    },
}

/// A port that was to be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    transport: Transport,
    address: SocketAddr,
    lmk: LmkPort,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    fn hint(self) -> &'static str {
        match self {
            Self::Tcp => "",
            Self::Udp => ", or TCP only with --no-udp",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Tcp => "TCP",
            Transport::Udp => "UDP",
        };
        let (port, ip) = (self.address.port(), self.address.ip());
        write!(f, "{transport} port {port} of {ip} ({})", name(self.lmk))
    }
}

impl HostPort {
    /// Binds the port of `lmk`, counted from the base port of `options`.
    pub(super) fn bind(lmk: LmkPort, options: &Options) -> Result<Self, BindError> {
        let address = address(options.listen, lmk)?;
        let mut attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            let tcp = Place { transport: Transport::Tcp, address, lmk };
            let listener = listen(address).map_err(|error| refusal(tcp, error))?;
            if !options.udp {
                return Ok(Self { lmk, listener, datagrams: None });
            }
            let taken = listener.local_addr().map_err(|error| refusal(tcp, error))?;
            let udp = Place { transport: Transport::Udp, address: taken, lmk };
            match datagrams(taken) {
                Ok(socket) => return Ok(Self { lmk, listener, datagrams: Some(socket) }),
                Err(error) if attempts == 0 => return Err(refusal(udp, error)),
                Err(_) => {}
            }
        }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address().map_err(|_| fmt::Error)?;
        write!(f, "host port {address} {}", name(self.lmk))
    }
}

fn name(lmk: LmkPort) -> String {
    match lmk {
        LmkPort::Default => "default LMK".to_owned(),
        LmkPort::Only(id) => format!("LMK {id:02}"),
    }
}

/// Port P for the default LMK, P + 1 + n for LMK n. Source: device (port per LMK).
fn address(base: SocketAddr, lmk: LmkPort) -> Result<SocketAddr, BindError> {
    let mut address = base;
    if let (LmkPort::Only(id), 1..) = (lmk, base.port()) {
        let port = base.port().checked_add(1 + u16::from(id));
        address.set_port(port.ok_or_else(|| BindError::BaseTooHigh { base: base.port(), lmk })?);
    }
    Ok(address)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port that was just given back is usable again.
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it; the system's default is to probe after two hours, as the
    // device does.
    socket.set_keepalive(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn datagrams(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

fn refusal(place: Place, error: io::Error) -> BindError {
    if error.kind() == io::ErrorKind::AddrInUse {
        BindError::InUse(place)
    } else {
        BindError::Refused { place, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_counted_from_the_base() {
        let base = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let port = |base, lmk| address(base, lmk).map(|address| address.port()).ok();
        assert_eq!(port(base(1500), LmkPort::Default), Some(1500));
        assert_eq!(port(base(1500), LmkPort::Only(0)), Some(1501));
        assert_eq!(port(base(1500), LmkPort::Only(5)), Some(1506));
        assert_eq!(port(base(0), LmkPort::Only(5)), Some(0));
        assert_eq!(port(base(65_535), LmkPort::Default), Some(65_535));
        assert_eq!(port(base(65_535), LmkPort::Only(0)), None);
    }

    #[test]
    fn refusals_name_the_port() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1501));
        let refused = |transport, kind: io::ErrorKind| {
            refusal(Place { transport, address, lmk: LmkPort::Only(0) }, kind.into()).to_string()
        };
        let in_use = refused(Transport::Tcp, io::ErrorKind::AddrInUse);
        assert_eq!(
            in_use,
            "TCP port 1501 of 127.0.0.1 (LMK 00) is in use: stop the program that listens there, \
             or choose another base port with --listen"
        );
        assert!(refused(Transport::Udp, io::ErrorKind::AddrInUse).ends_with("with --no-udp"));
        let denied = refused(Transport::Tcp, io::ErrorKind::PermissionDenied);
        assert!(denied.starts_with("TCP port 1501 of 127.0.0.1 (LMK 00) cannot be opened: "));
    }
}
