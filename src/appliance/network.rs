//! Connections of the host ports, and what went over them.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use std::time::{Duration, Instant};

use crate::Protocol;

/// A connection that has ended is shown for so long, as systems do.
const SHOWN: Duration = Duration::from_mins(1);
/// So many of these at most.
const MOST_CLOSED: usize = 64;

/// The connections that are open, those that ended a moment ago, and counts since the start.
#[derive(Debug, Default)]
pub struct Network {
    table: Mutex<Table>,
    refused: [AtomicU64; Refused::ALL.len()],
}

#[derive(Debug, Default)]
struct Table {
    listeners: Vec<(Protocol, SocketAddr)>,
    datagrams: Vec<Arc<Traffic>>,
    next: u64,
    open: BTreeMap<u64, Arc<Open>>,
    closed: VecDeque<(Instant, Connection)>,
    ended: Totals,
}

#[derive(Debug)]
struct Open {
    protocol: Protocol,
    local_port: u16,
    peer: SocketAddr,
    since: Instant,
    traffic: Traffic,
}

/// What went over a connection, or by the datagrams of a port. Whoever serves it writes here, and nobody else.
#[derive(Debug, Default)]
pub struct Traffic {
    sent: Count,
    received: Count,
}

#[derive(Debug, Default)]
struct Count {
    bytes: AtomicU64,
    packets: AtomicU64,
}

impl Count {
    fn add(&self, bytes: usize) {
        // With one writer, reading and writing apart is enough.
        self.bytes.store(self.bytes.load(Relaxed).wrapping_add(bytes as u64), Relaxed);
        self.packets.store(self.packets.load(Relaxed).wrapping_add(1), Relaxed);
    }
}

impl Traffic {
    /// Bytes that were read at once.
    pub fn received(&self, bytes: usize) {
        self.received.add(bytes);
    }

    /// Bytes that were written at once.
    pub fn sent(&self, bytes: usize) {
        self.sent.add(bytes);
    }

    fn totals(&self) -> Totals {
        Totals {
            bytes_sent: self.sent.bytes.load(Relaxed),
            bytes_received: self.received.bytes.load(Relaxed),
            packets_sent: self.sent.packets.load(Relaxed),
            packets_received: self.received.packets.load(Relaxed),
        }
    }
}

/// Sums over connections and datagrams. Packets are what was read or written at once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Bytes of replies.
    pub bytes_sent: u64,
    /// Bytes of requests.
    pub bytes_received: u64,
    /// Writes.
    pub packets_sent: u64,
    /// Reads.
    pub packets_received: u64,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.packets_sent += other.packets_sent;
        self.packets_received += other.packets_received;
    }
}

/// Why a connection or a datagram is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The device serves no hosts at present.
    Closed,
    /// It does not serve hosts in this way at present.
    Protocol,
    /// The access control list does not have the address.
    Address,
    /// All connections are in use.
    Full,
    /// The client did not complete the TLS handshake in time, or had no right certificate.
    Handshake,
    /// A datagram that is not one message.
    Malformed,
}

impl Refused {
    /// Every reason, in the order in which they are declared.
    pub const ALL: [Self; 6] =
        [Self::Closed, Self::Protocol, Self::Address, Self::Full, Self::Handshake, Self::Malformed];

    /// The reason in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Closed => "the device is not online, or has no LMK",
            Self::Protocol => "the protocol is switched off",
            Self::Address => "the access control list does not have the address",
            Self::Full => "all connections are in use",
            Self::Handshake => "no TLS handshake",
            Self::Malformed => "the datagram is not one message",
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Connection {
    /// How the host speaks.
    pub protocol: Protocol,
    /// Port of the appliance.
    pub local_port: u16,
    /// The host.
    pub peer: SocketAddr,
    /// Whether it is open.
    pub is_open: bool,
    /// How long it is, or was, open.
    pub duration: Duration,
    /// What went over it.
    pub totals: Totals,
}

impl Network {
    /// Takes note of a port that accepts connections or datagrams.
    pub fn listens(&self, protocol: Protocol, address: SocketAddr) {
        self.table().listeners.push((protocol, address));
    }

    /// Ports that accept connections or datagrams.
    pub fn listeners(&self) -> Vec<(Protocol, SocketAddr)> {
        self.table().listeners.clone()
    }

    /// Whether there is a port for this protocol.
    pub fn has_listener(&self, protocol: Protocol) -> bool {
        self.table().listeners.iter().any(|(of, _)| *of == protocol)
    }

    /// Takes a connection into the table until the link is dropped; none if there are `limit` already.
    pub fn open(
        self: &Arc<Self>,
        protocol: Protocol,
        local_port: u16,
        peer: SocketAddr,
        limit: u16,
    ) -> Option<Link> {
        let mut table = self.table();
        if table.open.len() >= limit.into() {
            return None;
        }
        let number = table.next;
        table.next += 1;
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let (since, traffic) = (Instant::now(), Traffic::default());
        let open = Arc::new(Open { protocol, local_port, peer, since, traffic });
        table.open.insert(number, Arc::clone(&open));
        Some(Link { network: Arc::clone(self), number, open })
    }

    /// Whether there are so many connections already.
    pub fn is_full(&self, limit: u16) -> bool {
        self.table().open.len() >= limit.into()
    }

    /// Counts a refusal.
    pub fn refuse(&self, why: Refused) {
        self.refused[why as usize].fetch_add(1, Relaxed);
    }

    /// How often it was refused for this reason.
    pub fn refusals(&self, why: Refused) -> u64 {
        self.refused[why as usize].load(Relaxed)
    }

    /// Where what goes by the datagrams of one port is counted.
    pub fn datagrams(&self) -> Arc<Traffic> {
        let traffic = Arc::new(Traffic::default());
        self.table().datagrams.push(Arc::clone(&traffic));
        traffic
    }

    /// Connections that are open, then those that ended a moment ago.
    pub fn connections(&self) -> Vec<Connection> {
        let now = Instant::now();
        let mut table = self.table();
        table.forget_closed(now);
        let open = table.open.values().map(|open| open.row(now, true));
        open.chain(table.closed.iter().map(|(_, row)| *row)).collect()
    }

    /// Forgets connections that have ended.
    pub(crate) fn forget(&self) {
        self.table().closed.clear();
    }

    /// Sums since the start.
    pub fn totals(&self) -> Totals {
        let table = self.table();
        let mut totals = table.ended;
        table.datagrams.iter().for_each(|port| totals.add(port.totals()));
        table.open.values().for_each(|open| totals.add(open.traffic.totals()));
        totals
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn forget_closed(&mut self, now: Instant) {
        while self.closed.front().is_some_and(|(at, _)| now.duration_since(*at) > SHOWN) {
            self.closed.pop_front();
        }
    }
}

impl Open {
    fn row(&self, now: Instant, is_open: bool) -> Connection {
        Connection {
            protocol: self.protocol,
            local_port: self.local_port,
            peer: self.peer,
            is_open,
            duration: now.duration_since(self.since),
            totals: self.traffic.totals(),
        }
    }
}

/// A place in the table.
#[derive(Debug)]
pub struct Link {
    network: Arc<Network>,
    number: u64,
    open: Arc<Open>,
}

impl Link {
    /// Where what goes over the connection is counted.
    pub fn traffic(&self) -> &Traffic {
        &self.open.traffic
    }

    /// Address of the host.
    pub fn address(&self) -> IpAddr {
        self.open.peer.ip()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut table = self.network.table();
        table.open.remove(&self.number);
        table.ended.add(self.open.traffic.totals());
        table.forget_closed(now);
        if table.closed.len() >= MOST_CLOSED {
            table.closed.pop_front();
        }
        table.closed.push_back((now, self.open.row(now, false)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    #[test]
    fn a_connection_is_in_the_table_while_it_is_open_and_a_moment_longer() {
        let network = Arc::new(Network::default());
        let first = network.open(Protocol::Tcp, 1500, peer(1), 2).expect("there is a place");
        let second = network.open(Protocol::Tls, 2500, peer(2), 2).expect("there is a place");
        assert!(network.is_full(2) && network.open(Protocol::Tcp, 1500, peer(3), 2).is_none());
        first.traffic().received(30);
        first.traffic().received(20);
        first.traffic().sent(70);
        second.traffic().sent(5);
        drop(first);
        assert!(!network.is_full(2));
        let rows = network.connections();
        let told: Vec<_> = rows.iter().map(|row| (row.protocol, row.peer, row.is_open)).collect();
        assert_eq!(told, [(Protocol::Tls, peer(2), true), (Protocol::Tcp, peer(1), false)]);
        let totals =
            Totals { bytes_sent: 70, bytes_received: 50, packets_sent: 1, packets_received: 2 };
        assert_eq!(rows[1].totals, totals);
        network.datagrams().received(8);
        let totals =
            Totals { bytes_sent: 75, bytes_received: 58, packets_sent: 2, packets_received: 3 };
        assert_eq!(network.totals(), totals);
    }

    #[test]
    fn few_of_those_that_ended_are_shown() {
        let network = Arc::new(Network::default());
        for port in 0..100 {
            network.open(Protocol::Tcp, 1500, peer(port), 2).expect("there is a place");
        }
        let rows = network.connections();
        assert_eq!((rows.len(), rows[0].peer), (MOST_CLOSED, peer(36)));
    }

    #[test]
    fn refusals_are_counted_by_reason() {
        let network = Network::default();
        for (count, why) in (1..).zip(Refused::ALL) {
            (0..count).for_each(|_| network.refuse(why));
        }
        for (count, why) in (1..).zip(Refused::ALL) {
            assert_eq!(network.refusals(why), count, "{why:?}");
        }
    }
}
