//! `NI` Connections of a host interface.

use std::net::IpAddr;

use appliance::{Connection, Protocol, Refused};

use crate::prelude::*;

/// Report the connections of a host interface, and counts of what went over it.
///
/// A connection over TLS is shown as TCP. One that has ended is shown for a minute more. Inferred: that a
/// second interface, of which there is none, answers 81; the unit of the duration (seconds),
/// that an IPv6 address, which does not fit, is shown as zeros, and what counts as a packet (what is read or written at
/// once).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NI", reply = "NJ", evidence = "simulator")]
pub struct Request {
    /// Host interface.
    #[error(81)]
    pub interface: Interface,
    /// Whether counts are wanted, too.
    #[error(82)]
    pub statistics: Statistics,
}

/// A host interface.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Interface {
    /// The first one, which is the only one.
    #[code("1")]
    First,
    /// The host interface by its letter, as older devices have it.
    #[code("H")]
    Host,
}

/// Whether counts are wanted.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Statistics {
    /// Connections only.
    #[code("0")]
    Without,
    /// Counts, too.
    #[code("1")]
    With,
}

/// Connections and counts.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Connections.
    pub count: Decimal<4>,
    /// Each of them.
    #[repeat(count)]
    pub connections: Repeat<'a, Row>,
    /// Counts since the start.
    #[when(request.statistics in ["1"])]
    pub counts: Option<Counts>,
}

/// A connection.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Row {
    /// Protocol.
    pub protocol: Transport,
    /// Port of the device.
    pub local_port: HexNumber<4>,
    /// Address of the host.
    pub address: Hex<4>,
    /// Port of the host.
    pub remote_port: HexNumber<4>,
    /// State.
    pub state: Connected,
    /// How long it is, or was, open, in seconds.
    pub duration: Decimal<8>,
}

/// Protocol of a connection.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// TCP.
    #[code("0")]
    Tcp,
    /// UDP.
    #[code("1")]
    Udp,
}

/// State of a connection.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Connected {
    /// Established.
    #[code("0")]
    Established,
    /// Closed.
    #[code("1")]
    Closed,
}

/// What went over the interface since the device started.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Counts {
    /// Bytes that were sent.
    pub bytes_sent: HexNumber<16>,
    /// Bytes that were received.
    pub bytes_received: HexNumber<16>,
    /// Packets that were sent.
    pub unicast_sent: HexNumber<8>,
    /// Packets that were received.
    pub unicast_received: HexNumber<8>,
    /// Packets to many that were sent: none.
    pub others_sent: HexNumber<8>,
    /// Packets to many that were received: none.
    pub others_received: HexNumber<8>,
    /// What was not sent: nothing.
    pub discarded_sent: HexNumber<8>,
    /// Connections and datagrams that were refused.
    pub discarded_received: HexNumber<8>,
    /// What could not be sent: nothing.
    pub errors_sent: HexNumber<8>,
    /// TLS handshakes that failed.
    pub errors_received: HexNumber<8>,
    /// Datagrams that are no messages.
    pub unknown: HexNumber<8>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let connections = session.appliance().network().connections();
        let rows = connections.iter().take(MOST);
        let count = Decimal(rows.len() as u64);
        let connections = session.collect(rows, |connection, _| Ok(row(connection)))?;
        let counts = (self.statistics == Statistics::With).then(|| counts(session));
        Ok(Reply { count, connections, counts })
    }
}

/// Connections that fit into a reply.
const MOST: usize = 2_000;

fn row(connection: &Connection) -> Row {
    let Connection { protocol, local_port, peer, is_open, duration, .. } = *connection;
    Row {
        protocol: if protocol == Protocol::Udp { Transport::Udp } else { Transport::Tcp },
        local_port: HexNumber(local_port.into()),
        address: Hex(match peer.ip() {
            IpAddr::V4(address) => address.octets(),
            IpAddr::V6(_) => [0; 4],
        }),
        remote_port: HexNumber(peer.port().into()),
        state: if is_open { Connected::Established } else { Connected::Closed },
        duration: capped(duration.as_secs()),
    }
}

fn counts(session: &Session<'_>) -> Counts {
    let network = session.appliance().network();
    let totals = network.totals();
    // As the counters of interfaces do, these begin anew when they are full.
    let short = |count: u64| HexNumber(count & 0xFFFF_FFFF);
    let refused = |whys: &[Refused]| short(whys.iter().map(|why| network.refusals(*why)).sum());
    Counts {
        bytes_sent: HexNumber(totals.bytes_sent),
        bytes_received: HexNumber(totals.bytes_received),
        unicast_sent: short(totals.packets_sent),
        unicast_received: short(totals.packets_received),
        others_sent: HexNumber(0),
        others_received: HexNumber(0),
        discarded_sent: HexNumber(0),
        discarded_received: refused(&[
            Refused::Closed,
            Refused::Protocol,
            Refused::Address,
            Refused::Full,
        ]),
        errors_sent: HexNumber(0),
        errors_received: refused(&[Refused::Handshake]),
        unknown: refused(&[Refused::Malformed]),
    }
}
