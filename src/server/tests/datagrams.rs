//! Messages by UDP.

use tokio::net::UdpSocket;

use super::{Options, Running, bounded, echoed, framed, options};

async fn socket(server: &Running) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    socket.connect(server.addresses[0]).await.expect("an address");
    socket
}

async fn reply(socket: &UdpSocket) -> Vec<u8> {
    let mut datagram = vec![0; 70_000];
    let length = bounded(socket.recv(&mut datagram)).await.expect("the server answers");
    datagram.truncate(length);
    datagram
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datagram_is_a_message_on_the_same_port_number() {
    let server = Running::start(&[0], Options { udp: true, ..options() });
    let socket = socket(&server).await;
    for message in [&b"HEADNC"[..], b"", &vec![b'm'; 32_768], b"HEADNC"] {
        socket.send(&framed(message)).await.expect("it is sent");
        assert!(reply(&socket).await == echoed(message));
    }
    socket.connect(server.addresses[1]).await.expect("an address");
    socket.send(&framed(b"NC")).await.expect("it is sent");
    assert_eq!(reply(&socket).await, framed(b"0NC"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datagram_that_is_not_one_message_is_dropped() {
    let server = Running::start(&[], Options { udp: true, frame_limit: 100, ..options() });
    let socket = socket(&server).await;
    let two = framed(b"HEADNC").repeat(2);
    for datagram in
        [&b""[..], b"\0", b"\0\x06HEAD", b"\0\x02NC ", &two, &framed(&[0; 101]), &framed(b"silent")]
    {
        socket.send(datagram).await.expect("it is sent");
    }
    socket.send(&framed(b"last")).await.expect("it is sent");
    assert_eq!(reply(&socket).await, echoed(b"last"));
}
