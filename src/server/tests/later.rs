//! Messages with a second reply.

use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::{Options, Running, bounded, echoed, framed, options, second};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_reply_is_sent_at_once_and_later_messages_wait_for_the_second() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    let mut other = server.connect().await;
    let message = b"later300";
    let begun = Instant::now();
    client.send(&[framed(message), framed(b"HEADNC"), framed(message)].concat()).await;
    client.expect(&echoed(message)).await;
    other.send(&framed(b"HEADNC")).await;
    other.expect(&echoed(b"HEADNC")).await;
    assert!(begun.elapsed() < Duration::from_millis(300), "somebody waited for the second reply");
    client.expect(&framed(&second(message))).await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
    client.expect(&[echoed(b"HEADNC"), echoed(message), framed(&second(message))].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_after_a_half_close() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    let message = b"later50";
    client.send(&framed(message)).await;
    client.half_close().await;
    assert_eq!(client.rest().await, [echoed(message), framed(&second(message))].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_after_the_order_to_stop() {
    let server = Running::start(&[], Options { udp: true, ..options() });
    let mut client = server.connect().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.connect(server.addresses[0]).await.expect("an address");
    let message = b"later200";
    client.send(&[framed(message), framed(b"HEADNC")].concat()).await;
    client.expect(&echoed(message)).await;
    socket.send(&framed(message)).await.expect("it is sent");
    let mut datagram = [0; 100];
    let length = bounded(socket.recv(&mut datagram)).await.expect("the server answers");
    assert_eq!(datagram[..length], echoed(message));
    server.stopper.stop();
    let rest = client.rest().await;
    assert_eq!(rest, [framed(&second(message)), echoed(b"HEADNC")].concat());
    let length = bounded(socket.recv(&mut datagram)).await.expect("the server answers");
    assert_eq!(datagram[..length], framed(&second(message)));
    server.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_given_up_when_the_grace_period_is_over() {
    let grace_period = Duration::from_millis(50);
    let server = Running::start(&[], Options { grace_period, ..options() });
    let mut client = server.connect().await;
    client.send(&framed(b"later60000")).await;
    client.expect(&echoed(b"later60000")).await;
    let begun = Instant::now();
    server.stopper.stop();
    server.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_do_not_wait_for_it() {
    let server = Running::start(&[], Options { udp: true, ..options() });
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.connect(server.addresses[0]).await.expect("an address");
    for message in [&b"later300"[..], b"HEADNC"] {
        socket.send(&framed(message)).await.expect("it is sent");
    }
    for expected in [echoed(b"later300"), echoed(b"HEADNC"), framed(&second(b"later300"))] {
        let mut datagram = [0; 100];
        let length = bounded(socket.recv(&mut datagram)).await.expect("the server answers");
        assert_eq!(datagram[..length], expected);
    }
}
