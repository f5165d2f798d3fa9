//! Messages in a stream, however they are cut.

use std::time::Duration;

use super::{Running, bounded, echoed, framed, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_in_one_write_are_answered_in_order() {
    let server = Running::start(&[], options());
    let (mut reader, mut writer) = server.connect().await.0.into_split();
    let messages =
        (0..1_000).map(|number| format!("HEAD{number:04}").repeat(number % 7)).collect::<Vec<_>>();
    let requests =
        messages.iter().flat_map(|message| framed(message.as_bytes())).collect::<Vec<_>>();
    let expected =
        messages.iter().flat_map(|message| echoed(message.as_bytes())).collect::<Vec<_>>();
    let sending = tokio::spawn(async move {
        tokio::io::AsyncWriteExt::write_all(&mut writer, &requests).await.map(|()| writer)
    });
    let mut replies = vec![0; expected.len()];
    bounded(tokio::io::AsyncReadExt::read_exact(&mut reader, &mut replies))
        .await
        .expect("all are answered");
    assert!(replies == expected);
    bounded(sending).await.expect("no panic").expect("all is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_byte_by_byte_is_answered() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.0.set_nodelay(true).expect("a socket option");
    for _ in 0..2 {
        for byte in framed(b"HEADNC") {
            client.send(&[byte]).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        client.expect(&echoed(b"HEADNC")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_answered_wherever_they_are_split() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.0.set_nodelay(true).expect("a socket option");
    let requests = [framed(b"HEADNC"), framed(b""), framed(b"x")].concat();
    let replies = [echoed(b"HEADNC"), echoed(b""), echoed(b"x")].concat();
    for split in 0..=requests.len() {
        let (first, second) = requests.split_at(split);
        client.send(first).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        client.send(second).await;
        client.expect(&replies).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_panics_answers_41_and_the_connection_lives_on() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.send(&[framed(b"HEADNC"), framed(b"HEADFAIL"), framed(b"HEADNC")].concat()).await;
        let failed = framed(b"HEADFB41");
        client.expect(&[echoed(b"HEADNC"), failed, echoed(b"HEADNC")].concat()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_in_one_segment_are_answered_each() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.send(&[framed(b"one"), framed(b"two")].concat()).await;
    client.expect(&[echoed(b"one"), echoed(b"two")].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_every_length_up_to_the_limit_are_answered() {
    let server = Running::start(&[], super::Options { frame_limit: 65_535, ..options() });
    let mut client = server.connect().await;
    for length in [0, 1, 1_021, 1_022, 1_023, 2_046, 16_382, 16_383, 32_768, 65_534, 0, 100] {
        let message = vec![b'm'; length];
        client.send(&framed(&message)).await;
        client.expect(&echoed(&message)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_that_grew_are_given_back_and_grow_again() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    let long = vec![b'm'; 30_000];
    for _ in 0..2 {
        client.send(&framed(&long)).await;
        client.expect(&echoed(&long)).await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    client.send(&framed(b"HEADNC")).await;
    client.expect(&echoed(b"HEADNC")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_answered_after_a_half_close() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.send(&framed(b"HEADNC").repeat(500)).await;
    client.send(b"\0\x09half").await;
    client.half_close().await;
    assert!(client.rest().await == echoed(b"HEADNC").repeat(500));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reply_is_no_frame() {
    let server = Running::start(&[], options());
    let mut client = server.connect().await;
    client.send(&[framed(b"silent"), framed(b"HEADNC")].concat()).await;
    client.expect(&echoed(b"HEADNC")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_lmk_has_a_port() {
    let server = Running::start(&[0, 2], options());
    let mut replies = Vec::new();
    for address in &server.addresses {
        let stream =
            bounded(tokio::net::TcpStream::connect(address)).await.expect("the server accepts");
        let mut client = super::Client(stream);
        client.send(&framed(b"NC")).await;
        client.half_close().await;
        replies.push(client.rest().await);
    }
    assert_eq!(replies, [framed(b"=NC"), framed(b"0NC"), framed(b"2NC")]);
}
