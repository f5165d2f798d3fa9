//! What closes a connection, and what must not.

use std::time::Duration;

use tokio::time::Instant;

use super::super::{BindError, Server};
use super::{Client, Echo, Options, Running, echoed, framed, options};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_too_long_message_closes_the_connection_after_the_replies_before_it() {
    let server = Running::start(&[], Options { frame_limit: 100, ..options() });
    let mut client = server.connect().await;
    let requests = [framed(b"before"), framed(&[0; 101]), framed(b"after").repeat(1_000)].concat();
    client.send(&requests).await;
    client.half_close().await;
    assert_eq!(client.rest().await, echoed(b"before"));
    let mut other = server.connect().await;
    other.send(&framed(&[1; 100])).await;
    other.expect(&echoed(&[1; 100])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_cannot_be_framed_closes_the_connection() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.send(&[framed(b"before"), framed(b"huge")].concat()).await;
    assert_eq!(client.rest().await, echoed(b"before"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_must_be_complete_in_time() {
    let server = Running::start(&[], Options { partial_frame_timeout: SHORT, ..options() });
    let mut client = server.connect().await;
    tokio::time::sleep(2 * SHORT).await;
    client.send(&[framed(b"HEADNC"), b"\0\x06HE".to_vec()].concat()).await;
    client.expect(&echoed(b"HEADNC")).await;
    let begun = Instant::now();
    for byte in b"ADN" {
        // More bytes do not win more time.
        tokio::time::sleep(SHORT / 4).await;
        client.send(&[*byte]).await;
    }
    assert_eq!(client.rest().await, b"");
    assert!(begun.elapsed() >= SHORT / 2 && begun.elapsed() < 5 * SHORT, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_has_its_own_time() {
    let server = Running::start(&[], Options { partial_frame_timeout: SHORT, ..options() });
    let mut client = server.connect().await;
    client.send(b"\0\x06").await;
    for _ in 0..4 {
        // The end of one message and the beginning of the next.
        tokio::time::sleep(SHORT / 2).await;
        client.send(b"HEADNC\0\x06").await;
        client.expect(&echoed(b"HEADNC")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_when_so_configured() {
    let server = Running::start(&[], Options { idle_timeout: Some(SHORT), ..options() });
    let mut client = server.connect().await;
    for _ in 0..4 {
        tokio::time::sleep(SHORT / 2).await;
        client.send(&framed(b"HEADNC")).await;
        client.expect(&echoed(b"HEADNC")).await;
    }
    assert_eq!(client.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_closed_and_a_place_that_is_given_back_is_used_again() {
    let server = Running::with(&[0], options(), |ports| ports.connections = 2);
    let mut first = server.connect().await;
    let other_port =
        tokio::net::TcpStream::connect(server.addresses[1]).await.expect("the server accepts");
    let mut second = Client(other_port);
    for (client, port) in [(&mut first, "="), (&mut second, "0")] {
        client.send(&framed(b"NC")).await;
        client.expect(&framed(format!("{port}NC").as_bytes())).await;
    }
    assert_eq!(server.connect().await.rest().await, b"");
    drop(second);
    let begun = Instant::now();
    loop {
        let mut third = server.connect().await;
        // A refused connection may be reset by what is sent to it.
        if tokio::io::AsyncWriteExt::write_all(&mut third.0, &framed(b"NC")).await.is_ok() {
            let mut reply = [0; 5];
            if tokio::io::AsyncReadExt::read_exact(&mut third.0, &mut reply).await.is_ok() {
                break;
            }
        }
        assert!(begun.elapsed() < super::PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.send(&framed(b"NC")).await;
    first.expect(&framed(b"=NC")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_connections_stay_open_and_answer() {
    // Both ends are in this process.
    super::super::descriptors::raise(2 * 2_000);
    let server = Running::with(&[], options(), |ports| ports.connections = 2_000);
    let mut clients = Vec::new();
    for _ in 0..2_000 {
        clients.push(server.connect().await);
    }
    for client in &mut clients {
        client.send(&framed(b"HEADNC")).await;
    }
    for client in &mut clients {
        client.expect(&echoed(b"HEADNC")).await;
    }
    assert_eq!(server.connect().await.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let server = Running::start(&[], options());
    let listen = server.addresses[0];
    let refusal =
        Server::bind(std::sync::Arc::new(Echo::default()), &[], Options { listen, ..options() });
    let Err(BindError::InUse(place)) = refusal else { panic!("the port is taken") };
    assert_eq!(place.to_string(), format!("TCP port {} of 127.0.0.1 (default LMK)", listen.port()));
}
