//! The host's side of a command, typed: what it sends, and what it makes of the reply.

use std::sync::Arc;

use appliance::{Appliance, Randomness, State};
use bytes::BytesMut;
use host_commands::{
    Host, LmkPort, Refused, UnknownCommand,
    card::{cw, cy},
    device::nc,
    fields::{CardData, Digits, KeyTypeCode, LmkId, Numerals, Scheme},
    keys::a0,
    receive, send,
};
use wire::{ErrorCode, Scope};

/// A development appliance without message headers.
fn host() -> Host {
    let appliance = Appliance::new(State::development(), Randomness::from_seed(1));
    Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled)
}

/// The request of a new CVK under the variant LMK.
const CVK: a0::Request<'_> = a0::Request {
    mode: a0::Mode::Generate,
    key_type: KeyTypeCode(*b"402"),
    scheme: Scheme::Double,
    derivation: None,
    export: None,
    lmk: None,
    header: None,
    copy: None,
};

#[test]
fn a_conversation_needs_no_text() {
    let host = host();
    let ask = |request: &BytesMut| {
        let mut reply = BytesMut::new();
        host.answer(LmkPort::Default, request, &mut reply);
        reply
    };
    let mut out = BytesMut::new();
    send(&nc::Request {}, Scope::FACTORY, &mut out).expect("it has no fields");
    assert_eq!(&out[..], b"NC");
    let reply = ask(&out);
    let status = receive(&nc::Request {}, &reply, Scope::FACTORY).expect("error 00");
    assert_eq!(&status.check_value.0[..3], b"\x26\x86\x04");

    let mut out = BytesMut::new();
    send(&CVK, Scope::FACTORY, &mut out).expect("fields that go together");
    let reply = ask(&out);
    let made = receive(&CVK, &reply, Scope::FACTORY).expect("error 00");

    let card = CardData {
        account: Digits(b"4123456789012345"),
        expiry: Numerals(*b"8701"),
        service: Numerals(*b"101"),
    };
    let request = cw::Request { key: made.key.text.into(), card };
    let mut out = BytesMut::new();
    send(&request, Scope::FACTORY, &mut out).expect("fields that go together");
    let reply = ask(&out);
    let cvv = receive(&request, &reply, Scope::FACTORY).expect("error 00").value;

    let mut wrong = cvv;
    wrong.0[0] = if wrong.0[0] == b'0' { b'1' } else { b'0' };
    for (value, expected) in [(cvv, None), (wrong, Some(ErrorCode::new(1)))] {
        let request = cy::Request { key: made.key.text.into(), value, card };
        let mut out = BytesMut::new();
        send(&request, Scope::FACTORY, &mut out).expect("fields that go together");
        let reply = ask(&out);
        let refused = receive(&request, &reply, Scope::FACTORY).err();
        assert_eq!(refused, expected.map(Refused::Error));
    }
}

#[test]
fn what_does_not_go_together_never_leaves() {
    let mut out = BytesMut::from(&b"before"[..]);
    let with_lmk = a0::Request { lmk: Some(LmkId(0)), ..CVK };
    assert_eq!(send(&with_lmk, Scope::FACTORY, &mut out), Ok(()));
    assert_eq!(&out[..], b"beforeA00402U%00");
    let no_export = a0::Request { mode: a0::Mode::GenerateAndExport, ..CVK };
    assert_eq!(send(&no_export, Scope::FACTORY, &mut out), Err(Refused::Incoherent));
    assert_eq!(&out[..], b"beforeA00402U%00", "nothing is left of it");
}

#[test]
fn replies_of_another_shape_are_garbled() {
    for reply in [&b""[..], b"ND", b"ND0", b"NE00", b"ND00", b"ND0026860400000000001500-00"] {
        let read = receive(&nc::Request {}, reply, Scope::FACTORY);
        assert_eq!(read.err(), Some(Refused::Garbled), "{}", reply.escape_ascii());
    }
    let refused = receive(&nc::Request {}, b"ND13", Scope::FACTORY);
    assert_eq!(refused.err(), Some(Refused::Error(ErrorCode::new(13))));
}
