//! Host ports: one listener, and one socket for datagrams, per LMK.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, UdpSocket};

use appliance::Protocol;
use host_commands::LmkPort;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How often a free TCP port is tried whose number is taken for UDP.
const ATTEMPTS: usize = 16;

/// A port that accepts connections on behalf of one LMK, or of the default LMK.
///
/// Its text is the line that `serve` prints: `host port 127.0.0.1:1501 LMK 00`, or `TLS port ...`.
#[derive(Debug)]
pub(super) struct HostPort {
    /// TCP or TLS.
    pub(super) protocol: Protocol,
    pub(super) lmk: LmkPort,
    pub(super) listener: TcpListener,
    pub(super) datagrams: Option<UdpSocket>,
}

/// Why there is no such host port.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    /// Another program, or another Strongroom, has it.
    #[error("{0} is in use: stop the program that listens there, or choose another base port \
             with {option}{hint}", option = option(.0.protocol), hint = hint(.0.protocol))]
    InUse(Place),
    /// The operating system refuses it.
    #[error("{place} cannot be opened: {error}; choose another address with {option}",
            option = option(.place.protocol))]
    Refused {
        /// What it refuses.
        place: Place,
        /// What it says.
        error: io::Error,
    },
    /// P + 1 + n exceeds 65,535.
    #[error("base port {base} leaves none for {}: choose a lower one with {option}", name(*.lmk),
            option = option(*.protocol))]
    BaseTooHigh {
        /// For which protocol.
        protocol: Protocol,
        /// P.
        base: u16,
        /// On whose behalf.
        lmk: LmkPort,
    },
}

/// A port that was to be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    protocol: Protocol,
    address: SocketAddr,
    lmk: LmkPort,
}

/// The option of `serve` that says the port.
fn option(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp | Protocol::Udp => "--listen",
        Protocol::Tls => "--tls-port",
    }
}

/// What else can be done about a port that is in use.
fn hint(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp | Protocol::Tls => "",
        Protocol::Udp => ", or TCP only with --no-udp",
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (port, ip) = (self.address.port(), self.address.ip());
        let protocol = self.protocol.name();
        write!(f, "{protocol} port {port} of {ip} ({})", name(self.lmk))
    }
}

impl HostPort {
    /// Binds the port of `lmk`, counted from the base port of the protocol; beside TCP a socket for datagrams, if there
    /// are to be any.
    pub(super) fn bind(
        protocol: Protocol,
        lmk: LmkPort,
        base: SocketAddr,
        udp: bool,
    ) -> Result<Self, BindError> {
        let address = address(base, lmk).ok_or_else(|| BindError::BaseTooHigh {
            protocol,
            base: base.port(),
            lmk,
        })?;
        let mut attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            let tcp = Place { protocol, address, lmk };
            let listener = listen(address).map_err(|error| refusal(tcp, error))?;
            if !udp {
                return Ok(Self { protocol, lmk, listener, datagrams: None });
            }
            let taken = listener.local_addr().map_err(|error| refusal(tcp, error))?;
            let place = Place { protocol: Protocol::Udp, address: taken, lmk };
            match datagrams(taken) {
                Ok(socket) => return Ok(Self { protocol, lmk, listener, datagrams: Some(socket) }),
                Err(error) if attempts == 0 => return Err(refusal(place, error)),
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
        let word = if self.protocol == Protocol::Tls { "TLS" } else { "host" };
        write!(f, "{word} port {address} {}", name(self.lmk))
    }
}

fn name(lmk: LmkPort) -> String {
    match lmk {
        LmkPort::Default => "default LMK".to_owned(),
        LmkPort::Only(id) => format!("LMK {id:02}"),
    }
}

/// Port P for the default LMK, P + 1 + n for LMK n. Source: device (port per LMK).
fn address(base: SocketAddr, lmk: LmkPort) -> Option<SocketAddr> {
    let mut address = base;
    if let (LmkPort::Only(id), 1..) = (lmk, base.port()) {
        address.set_port(base.port().checked_add(1 + u16::from(id))?);
    }
    Some(address)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port that was just given back is usable again.
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
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
        let port = |base, lmk| address(base, lmk).map(|address| address.port());
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
        let refused = |protocol, kind: io::ErrorKind| {
            refusal(Place { protocol, address, lmk: LmkPort::Only(0) }, kind.into()).to_string()
        };
        let in_use = refused(Protocol::Tcp, io::ErrorKind::AddrInUse);
        assert_eq!(
            in_use,
            "TCP port 1501 of 127.0.0.1 (LMK 00) is in use: stop the program that listens there, \
             or choose another base port with --listen"
        );
        assert!(refused(Protocol::Udp, io::ErrorKind::AddrInUse).ends_with("with --no-udp"));
        let denied = refused(Protocol::Tcp, io::ErrorKind::PermissionDenied);
        assert!(denied.starts_with("TCP port 1501 of 127.0.0.1 (LMK 00) cannot be opened: "));
    }
}
