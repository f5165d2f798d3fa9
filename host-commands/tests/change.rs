//! `CS`: what a key block says of its key, changed so that it says less.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, Purpose, sealed, sealed_block};

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const LMKS: [On; 2] = [On::KeyBlock, On::AesKeyBlock];

/// The check value of the key in a key block.
fn check_value(device: &Device, on: On, key: &str) -> String {
    device.ask(on, &format!("BUFFF{key};FFF;001"))
}

/// Header without version, length and LMK, and optional blocks without padding.
fn said(key: &str) -> (String, String) {
    let count = key[13..15].parse().expect("a number");
    let (mut rest, mut blocks) = (&key[17..], String::new());
    for _ in 0..count {
        let length = usize::from_str_radix(&rest[2..4], 16).expect("a length");
        if !rest.starts_with("PB") {
            blocks += &rest[..length];
        }
        rest = &rest[length..];
    }
    (key[6..13].to_owned(), blocks)
}

#[test]
fn a_change_shows_and_leaves_the_key_as_it_was() {
    let device = Device::with(|_| {});
    let optional = "LB0Ba label0005L04112030:01:01:00";
    for on in LMKS {
        let key = sealed_block(on, "00000P0TN00S0000", optional, CLEAR);
        assert_eq!(said(&key), ("P0TN00S".to_owned(), optional.to_owned()));
        for (change, header, optional) in [
            ("UP0;72", "72TN00S", optional),
            ("MN;E", "P0TE00S", optional),
            ("V00;17", "P0TN17S", optional),
            ("ES;N", "P0TN00N", optional),
            ("SL;E", "P0TN00S", "LB0Ba label0005E04112030:01:01:00"),
            ("T2030:01:01:00;2029:12:31:23", "P0TN00S", "LB0Ba label0005L04112029:12:31:23"),
            ("F;2026:01:01:00", "P0TN00S", "LB0Ba label0005L04112030:01:01:0003112026:01:01:00"),
        ] {
            let reply = device.ask(on, &format!("CS{key}{change}%0{}", on as u8));
            let changed = reply.strip_prefix("CT00").unwrap_or_else(|| panic!("{change}: {reply}"));
            assert_eq!(said(changed), (header.to_owned(), optional.to_owned()), "{change}");
            assert_eq!(check_value(&device, on, changed), check_value(&device, on, &key));
        }
    }
}

#[test]
fn what_was_taken_away_is_gone() {
    let device = Device::with(|_| {});
    let card = "4123456789012345;8701101";
    for on in LMKS {
        let key = sealed_block(on, "00000C0TC00E0000", "0005L", CLEAR);
        let (generates, verifies) = (format!("CW{key}{card}"), format!("CY{key}561{card}"));
        assert_eq!(device.ask(on, &generates), "CX00561");
        assert_eq!(device.ask(on, &verifies), "CZ00");
        let weaker = device.ask(on, &format!("CS{key}MC;V")).split_off(4);
        assert_eq!(device.ask(on, &format!("CW{weaker}{card}")), "CXA8");
        assert_eq!(device.ask(on, &format!("CY{weaker}561{card}")), "CZ00");
        assert_eq!(device.ask(on, &format!("CS{weaker}MV;C")), "CTB9");
        let expired = device.ask(on, &format!("CS{key}SL;E")).split_off(4);
        assert_eq!(device.ask(on, &format!("CW{expired}{card}")), "CXAD");
        let past = device.ask(on, &format!("CS{key}T;2001:01:01:00")).split_off(4);
        assert_eq!(device.ask(on, &format!("CW{past}{card}")), "CXAF");
        let future = device.ask(on, &format!("CS{key}F;2999:01:01:00")).split_off(4);
        assert_eq!(device.ask(on, &format!("CW{future}{card}")), "CXAE");
        // What cannot be used can still be looked at.
        for key in [&expired, &past, &future] {
            assert_eq!(check_value(&device, on, key), check_value(&device, on, &weaker));
        }
    }
}

#[test]
fn refusals_of_cs() {
    let device = Device::with(|_| {});
    let key = sealed_block(On::KeyBlock, "00000P0TB00E0000", "", CLEAR);
    for (change, code) in [
        ("UP0;72", "00"),
        ("UP0;K0", "B9"),
        ("U72;72", "B8"),
        ("UP0", "15"),
        ("UP0;7", "15"),
        ("UP0;722", "15"),
        ("XP0;72", "B7"),
        ("", "15"),
        ("MB;N", "B9"),
        ("MB;?", "B9"),
        ("V00;00", "00"),
        ("V01;02", "B8"),
        ("EE;S", "B9"),
        ("SL;E", "BA"),
        ("T;2030:01:01:24", "B9"),
        ("T;2030:01:01", "15"),
        ("T2030:01:01:00;2029:01:01:00", "B8"),
        ("MB;E%02", "13"),
        ("MB;E%01", "00"),
    ] {
        let reply = device.ask(On::KeyBlock, &format!("CS{key}{change}"));
        assert_eq!(reply.get(..4), Some(format!("CT{code}").as_str()), "{change}");
    }
    let mut forged = key.clone().into_bytes();
    forged[9] = b'N';
    let forged = String::from_utf8(forged).expect("text");
    assert_eq!(device.ask(On::KeyBlock, &format!("CS{forged}MN;B")), "CTA4");
    let other = sealed_block(On::AesKeyBlock, "00000P0TB00E0000", "", CLEAR);
    assert_eq!(device.ask(On::KeyBlock, &format!("CS{other}MB;E")), "CTA2");
    let variant = sealed(On::Variant, Purpose::new(*b"001", *b"P0"), CLEAR);
    for on in [On::Variant, On::KeyBlock] {
        assert_eq!(device.ask(on, &format!("CS{variant}MB;E")), "CTA1");
    }
}
