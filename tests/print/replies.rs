//! The second reply: when it comes, and in which order.

use std::{
    io::Read as _,
    net::{TcpListener, UdpSocket},
    process::Command,
    thread,
    time::Duration,
};

use super::{PATIENCE, Server, folder, framed};

/// A server with a print format that prints into a folder.
fn server(name: &str) -> Server {
    let server = Server::start(&folder(name).display().to_string(), &["--udp"]);
    assert_eq!(server.connect("LMK 00").ask("PA^0>L^P>L>F"), "PB00");
    server
}

#[test]
fn both_replies_come_before_those_to_later_messages() {
    let server = server("order");
    let mut client = server.connect("LMK 00");
    let messages = ["A2001U\x19FIRST", "NC", "NE001U", "OC\x19", "A2XYZU", "OE", "NC\x19LAST"];
    client.send(&messages.repeat(20));
    for _ in 0..20 {
        for expected in [
            "A300U", "AZ00\x19", "ND00", "NF00U", "NZ00", "OD00", "OZ00\x19", "A315", "OF00",
            "OZ00", "ND00",
        ] {
            let reply = client.receive();
            assert!(reply.starts_with(expected), "{reply} instead of {expected}");
        }
    }
}

#[test]
fn a_command_that_fails_has_one_reply() {
    let server = server("failed");
    let mut client = server.connect("LMK 00");
    for (message, reply) in [
        ("A2XYZU", "A315"),
        ("A2999U", "A304"),
        ("A2004U", "A329"),
        ("A2001?", "A326"),
        ("A2001S~#72T2Nc1E00", "A326"),
        ("A2001U~%07", "A313"),
        ("A2001U~%01", "A313"),
        ("A2001U~ ", "A315"),
        ("NE001", "NF15"),
        ("NE302U", "NF29"),
        ("OC;;;;;;;;;;;;;;;;", "OD15"),
        ("OC|0U", "OD15"),
        ("OC|0S0", "OD26"),
        ("OC|0U2", "OD15"),
        ("OE|0?0", "OF26"),
    ] {
        client.send(&[message, "NC"]);
        assert_eq!(client.receive(), reply, "{message}");
        assert!(client.receive().starts_with("ND00"), "{message}");
    }
    let mut client = server.connect("LMK 01");
    for (message, reply) in [
        ("A2FFFS", "A315"),
        ("A2FFFU", "A326"),
        ("A2FFFS~#72T2N00E00", "A3A9"),
        ("A2FFFS~#72T2Nc0E00", "A3A9"),
        ("A2FFFS~#ZZT2Nc1E00", "A3A6"),
        ("A2FFFS~#72T9Nc1E00", "A3A7"),
        ("A2FFFS~#72T2?c1E00", "A3A8"),
        ("A2FFFS~#72T2Nc1?00", "A3AA"),
        ("A2FFFS~#72A3Nc1E00", "A348"),
        ("NEFFFS~#72T2NxxE00", "NFA9"),
        ("OC", "ODA1"),
        ("OE|0U0", "OFA1"),
        ("OE|0S0", "OF26"),
    ] {
        assert_eq!(client.ask(message), reply, "{message}");
    }
}

#[test]
fn both_replies_come_after_a_half_close() {
    let server = server("half-close");
    let mut client = server.connect("LMK 00");
    client.send(&["A2001U", "NC", "NE001U"]);
    client.half_close();
    for expected in ["A300", "AZ00", "ND00", "NF00", "NZ00"] {
        assert!(client.receive().starts_with(expected));
    }
    assert_eq!(client.next(), None);
}

#[test]
fn the_order_to_stop_waits_for_the_printer() {
    let printer = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = printer.local_addr().expect("it is bound").to_string();
    let server = Server::start(&address, &[]);
    let mut client = server.connect("LMK 00");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    client.send(&["A2001U", "NC"]);
    assert!(client.receive().starts_with("A300"));
    server.terminate();
    thread::sleep(Duration::from_millis(200));
    let paper = thread::spawn(move || {
        let mut text = String::new();
        // The first connection was a look whether the printer is there.
        for _ in 0..2 {
            let (mut stream, _) = printer.accept().expect("a connection");
            stream.read_to_string(&mut text).expect("it is text");
        }
        text
    });
    assert_eq!(client.receive(), "AZ00");
    assert!(client.receive().starts_with("ND00"));
    assert_eq!(client.next(), None);
    assert_eq!(paper.join().expect("it does not panic").len(), 34);
    assert_eq!(server.end(), (Some(0), String::new()));
}

#[test]
fn datagrams_are_answered_twice_too() {
    let server = server("datagrams");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    socket.connect(server.port("LMK 00")).expect("an address");
    socket.send(&framed("A2001U\x19TRAILER")).expect("it is sent");
    let mut datagram = [0; 200];
    let length = socket.recv(&mut datagram).expect("it answers");
    assert!(datagram[2..length].starts_with(b"HEADA300U"));
    let length = socket.recv(&mut datagram).expect("it answers again");
    assert_eq!(datagram[..length], framed("AZ00\x19"));
}

#[test]
fn send_shows_both_replies() {
    let server = server("send");
    let send = |message: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["send", "--target", server.port("LMK 00"), message]);
        let ended = command.output().expect("the program is built");
        (ended.status.code(), String::from_utf8(ended.stdout).expect("it is text"))
    };
    let (status, out) = send("A2001UFIELD");
    assert_eq!(status, Some(0), "{out}");
    assert!(out.starts_with("HEADA300U") && out.contains("\nReply to A2 Generate"), "{out}");
    assert!(out.contains("\nHEADAZ00\nSecond reply to A2 Generate"), "{out}");
    let (status, out) = send("A2XYZU");
    assert_eq!((status, out.contains("AZ")), (Some(1), false), "{out}");
}
