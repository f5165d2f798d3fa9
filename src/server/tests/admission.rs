//! Who may connect, and that a change at the console is obeyed at once.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use appliance::{AccessEntry, AccessList, Action, Protocol, Refused};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::{Options, Running, bounded, echoed, framed, options};

fn only(address: [u8; 4]) -> AccessList {
    AccessList::of(vec![AccessEntry::Single(IpAddr::from(address))])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_control_list_is_obeyed_by_new_connections_and_by_open_ones() {
    let server = Running::with(&[], options(), |ports| ports.access = only([127, 0, 0, 1]));
    let mut early = server.connect().await;
    early.send(&framed(b"NC")).await;
    early.expect(&echoed(b"NC")).await;
    server.change(|ports| ports.access = only([10, 0, 0, 1]));
    assert_eq!(server.connect().await.rest().await, b"");
    assert_eq!(server.host.0.network().refusals(Refused::Address), 1);
    early.send(&framed(b"NC")).await;
    early.half_close().await;
    assert_eq!(early.rest().await, b"");
    server.change(|ports| ports.access.is_enabled = false);
    let mut late = server.connect().await;
    late.send(&framed(b"NC")).await;
    late.expect(&echoed(b"NC")).await;
}

/// A client that connects again and again fills neither log.
#[tokio::test(flavor = "multi_thread")]
async fn refused_clients_are_audited_but_a_flood_is_only_counted() {
    let server = Running::with(&[], options(), |ports| ports.access = only([10, 0, 0, 1]));
    let appliance = &server.host.0;
    assert_eq!(server.connect().await.rest().await, b"");
    assert!(appliance.audit_log().is_empty(), "it is not wanted");
    appliance.change(|state| state.settings.audit.connection_failures = true).expect("in memory");
    for _ in 0..30 {
        assert_eq!(server.connect().await.rest().await, b"");
    }
    assert_eq!(appliance.network().refusals(Refused::Address), 31);
    let records = appliance.audit_log().records(0, 100).expect("in memory");
    // Ten are told in a minute, and the first was before they were audited.
    assert_eq!(records.len(), 9);
    assert!(records.iter().all(|it| it.record.event == Action::NotAuthenticated.failed()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_does_not_concern_a_connection_leaves_it_open() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    for keep_alive in 1..4 {
        server.change(|ports| ports.keep_alive = keep_alive);
        client.send(&framed(b"NC")).await;
        client.expect(&echoed(b"NC")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_obey_the_list_and_are_counted() {
    let server = Running::start(&[], Options { udp: true, ..options() });
    let network = server.host.0.network();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    socket.connect(server.addresses[0]).await.expect("it is connected");
    let mut reply = [0; 16];
    socket.send(&framed(b"NC")).await.expect("sent");
    let length = bounded(socket.recv(&mut reply)).await.expect("answered");
    assert_eq!(reply[..length], echoed(b"NC"));
    let totals = network.totals();
    assert_eq!((totals.bytes_received, totals.packets_received), (4, 1));
    server.change(|ports| ports.access = only([10, 0, 0, 1]));
    socket.send(&framed(b"NC")).await.expect("sent");
    assert!(timeout(Duration::from_millis(200), socket.recv(&mut reply)).await.is_err());
    assert_eq!(network.refusals(Refused::Address), 1);
    server.change(|ports| (ports.access.is_enabled, ports.udp) = (false, false));
    socket.send(&framed(b"NC")).await.expect("sent");
    assert!(timeout(Duration::from_millis(200), socket.recv(&mut reply)).await.is_err());
    assert_eq!(network.refusals(Refused::Protocol), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_refused_without_lmks_where_that_is_wanted() {
    // The appliance of these tests has no LMK.
    let server = Running::with(&[], options(), |ports| ports.closed_without_lmks = true);
    assert_eq!(server.connect().await.rest().await, b"");
    assert_eq!(server.host.0.network().refusals(Refused::Closed), 1);
    server.change(|ports| ports.closed_without_lmks = false);
    let mut client = server.connect().await;
    client.send(&framed(b"NC")).await;
    client.expect(&echoed(b"NC")).await;
    let lmk = vault::Lmk::named("test-variant").expect("a public LMK");
    let changed = server.host.0.change(|state| {
        state.lmks.load(vault::LmkId(0), lmk);
        state.host_ports_mut().closed_without_lmks = true;
    });
    changed.expect("it is in memory");
    client.send(&framed(b"NC")).await;
    client.expect(&echoed(b"NC")).await;
    server.host.0.erase(|state| state.lmks = appliance::LmkTable::default());
    client.send(&framed(b"NC")).await;
    client.half_close().await;
    assert_eq!(client.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_connections_shows_who_is_connected_and_what_went() {
    let server = Running::start(&[3], options());
    let network = server.host.0.network();
    let mut client = server.connect().await;
    client.send(&framed(b"NC")).await;
    client.expect(&echoed(b"NC")).await;
    let [row] = network.connections()[..] else { panic!("one connection") };
    assert_eq!(row.peer, client.0.local_addr().expect("it is connected"));
    assert_eq!((row.protocol, row.local_port), (Protocol::Tcp, server.addresses[0].port()));
    assert!(row.is_open && row.totals.bytes_received == 4 && row.totals.bytes_sent == 5);
    client.half_close().await;
    client.rest().await;
    let ended = async {
        while network.connections()[0].is_open {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    bounded(ended).await;
    let listeners = network.listeners();
    let expected = server.addresses.iter().map(|address| (Protocol::Tcp, *address));
    assert!(listeners.into_iter().eq(expected));
}
