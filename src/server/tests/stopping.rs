//! The order to stop.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Options, Running, bounded, echoed, framed, options};

#[tokio::test(flavor = "multi_thread")]
async fn what_has_arrived_is_answered_before_the_end() {
    let server = Running::start(&[], options());
    let mut busy = server.connect().await;
    let mut idle = server.connect().await;
    idle.send(&framed(b"HEADNC")).await;
    idle.expect(&echoed(b"HEADNC")).await;
    busy.send(&framed(b"HEADNC").repeat(300)).await;
    server.stopper.stop();
    let replies = busy.rest().await;
    assert!(replies == echoed(b"HEADNC").repeat(300), "{} bytes of replies", replies.len());
    assert_eq!(idle.rest().await, b"");
    let address = server.addresses[0];
    server.stopped().await;
    assert!(bounded(TcpStream::connect(address)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_yet_accepted_is_answered_too() {
    for _ in 0..20 {
        let server = Running::start(&[], options());
        let mut client = server.connect().await;
        client.send(&framed(b"HEADNC")).await;
        server.stopper.stop();
        assert_eq!(client.rest().await, echoed(b"HEADNC"));
        server.stopped().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_message_does_not_delay_the_end() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.send(&[framed(b"HEADNC"), b"\0\x06HEAD".to_vec()].concat()).await;
    client.expect(&echoed(b"HEADNC")).await;
    let begun = Instant::now();
    server.stopper.stop();
    assert_eq!(client.rest().await, b"");
    server.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_read_is_left_after_the_grace_period() {
    let server =
        Running::start(&[], Options { grace_period: Duration::from_millis(200), ..options() });
    let client = server.connect().await;
    let requests = framed(&vec![b'm'; 32_000]);
    // Until the buffers on both sides are full, the server waits to write.
    let stuck = async {
        loop {
            client.0.writable().await.expect("the connection stands");
            // A short write spoils the framing only when nothing more fits.
            let _ = client.0.try_write(&requests);
        }
    };
    tokio::time::timeout(Duration::from_millis(500), stuck)
        .await
        .expect_err("the server must wait");
    let begun = Instant::now();
    server.stopper.stop();
    server.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_connections_stops_at_once() {
    let server = Running::start(&[0, 1, 2], Options { udp: true, ..options() });
    let begun = Instant::now();
    server.stopper.stop();
    server.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(1));
}
