//! A key block in which one bit is another is refused: every bit, every version, over commands.

#[path = "device/device.rs"]
mod device;

use std::collections::BTreeSet;

use bytes::BytesMut;
use device::{Device, On, sealed_block};
use host_commands::{LmkPort, find};
use wire::ErrorCode;

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";

/// Codes that a command documents: its own, and those that mean the same in all commands.
fn documented(code: &str) -> BTreeSet<[u8; 2]> {
    let spec = &find(*code.as_bytes().as_array().expect("two characters")).expect("a command").spec;
    let own = spec.errors.iter().map(|(code, _)| *code);
    host_commands::error::all()
        .map(|(code, _)| code)
        .chain(own)
        .map(|ErrorCode(code)| code)
        .collect()
}

/// Flips each bit of the key in a message, and returns how many. No answer may be one that a good key
/// gets, and none may have fields.
fn flip_each_bit(device: &Device, on: On, [before, key, after]: [&str; 3]) -> usize {
    let documented = documented(&before[..2]);
    let mut message = [before, key, after].concat().into_bytes();
    let mut out = BytesMut::new();
    for bit in 8 * before.len()..8 * (before.len() + key.len()) {
        message[bit / 8] ^= 1 << (bit % 8);
        out.clear();
        device.answer(LmkPort::Only(on as u8), &message, &mut out);
        let shown = || format!("{}: {}", message.escape_ascii(), out.escape_ascii());
        let (code, rest) = out[2..].split_first_chunk().unwrap_or_else(|| panic!("{}", shown()));
        // A flipped 9 may look like the beginning of a trailer, which comes back.
        assert!(matches!(rest, [] | [0x19, ..]), "{}", shown());
        // 01 is a warning of A6, and a failed verification elsewhere.
        assert!(!matches!(code, b"00" | b"01" | b"41"), "{}", shown());
        assert!(documented.contains(code), "{}", shown());
        message[bit / 8] ^= 1 << (bit % 8);
    }
    8 * key.len()
}

#[test]
fn no_flipped_bit_gets_through_under_an_lmk() {
    let device = Device::with(|_| {});
    let mut tried = 0;
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for optional in ["", "LB0BA LABEL", "0005L03112001:01:01:0004112999:01:01:00"] {
            for [header, before, after] in [
                ["C0TN", "CW", "4123456789012345;8701101"],
                ["C0TN", "CY", "5614123456789012345;8701101"],
                ["P0TN", "BUFFF", ";FFF;001"],
                ["P0TN", "CS", "MN;B"],
                ["M3TN", "M600031FFF", "0008ABCDEF12"],
            ] {
                let key = sealed_block(on, &format!("00000{header}00E0000"), optional, CLEAR);
                let good = device.ask(on, &format!("{before}{key}{after}"));
                assert_eq!(&good[2..4], "00", "{before}: {good}");
                tried += flip_each_bit(&device, on, [before, &key, after]);
            }
        }
    }
    assert!(tried > 20_000, "{tried}");
}

#[test]
fn no_flipped_bit_gets_through_under_a_zmk() {
    let device = Device::with(|_| {});
    let mut versions = BTreeSet::new();
    for known in device.transported() {
        let (before, after) = (format!("A6FFF{}", known.zmk), format!("{}S", known.block));
        let good = device.ask(known.on, &format!("{before}{after}"));
        assert_eq!(&good[2..4], "00", "{good}");
        flip_each_bit(&device, known.on, [&before, &known.block, "S"]);
        // The ZMK is a key block, too.
        flip_each_bit(&device, known.on, ["A6FFF", &known.zmk, &after]);
        versions.insert(known.block[..2].to_owned());
    }
    assert!(versions.iter().eq(["RA", "RB", "RC", "RD", "RE", "S0", "S1"].iter()), "{versions:?}");
}
