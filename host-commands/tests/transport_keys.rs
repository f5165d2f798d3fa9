//! What the key block of a key must say that carries other keys, or that they are derived from.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, sealed_block, tr31_block, zmk};

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const OTHER: &str = "1010101010101010FEFEFEFEFEFEFEFE";
const LMKS: [On; 2] = [On::KeyBlock, On::AesKeyBlock];

/// Usage, mode and key version number of a ZMK, and what export and import answer. Source: manual.
#[test]
fn keys_leave_and_come_in_under_keys_that_may_carry_them() {
    let device = Device::with(|_| {});
    for on in LMKS {
        let zmk = sealed_block(on, "00000K0TB00E0000", "", CLEAR);
        let key = sealed_block(on, "00000P0TB00E0000", "", OTHER);
        let block = device.key_of(on, &format!("A8FFF{zmk}{key}S"));
        for (header, export, import) in [
            ("K0TB00", "00", "00"),
            ("52TB00", "00", "00"),
            ("51TB00", "00", "A6"),
            ("K0TN00", "00", "00"),
            ("K0TE00", "00", "A8"),
            ("K0TD00", "A8", "00"),
            ("54TB00", "A6", "A6"),
            ("P0TB00", "A6", "A6"),
            ("D0TB00", "A6", "A6"),
            ("K0TBc1", "A9", "A9"),
        ] {
            let zmk = sealed_block(on, &format!("00000{header}E0000"), "", CLEAR);
            for (message, code) in [
                (format!("A8FFF{zmk}{key}S"), export),
                (format!("A01FFFS{zmk}S%0{}#P0T2B00E00", on as u8), export),
                (format!("A6FFF{zmk}{block}S"), import),
            ] {
                let reply = device.ask(on, &message);
                assert_eq!(&reply[2..4], code, "{on:?} {header} {message}");
            }
        }
        // A TMK where a TMK is said: not the key of a zone.
        for (header, code) in [("51TB00", "00"), ("K0TB00", "00"), ("P0TB00", "A6")] {
            let tmk = sealed_block(on, &format!("00000{header}E0000"), "", CLEAR);
            let reply = device.ask(on, &format!("A8FFF;1{tmk}{key}S"));
            assert_eq!(&reply[2..4], code, "{header}");
        }
    }
}

#[test]
fn keys_are_derived_from_keys_that_may_derive() {
    let device = Device::with(|_| {});
    for on in LMKS {
        for (header, initial, zka) in [
            ("B0TX00", "00", "A6"),
            ("B0TN00", "00", "A6"),
            ("41TX00", "00", "A6"),
            ("B0TB00", "A8", "A6"),
            ("53TX00", "A6", "00"),
            ("53TN00", "A6", "00"),
            ("53TE00", "A6", "A8"),
            ("E0TX00", "A6", "A6"),
        ] {
            let parent = sealed_block(on, &format!("00000{header}E0000"), "", CLEAR);
            let kind = if header.starts_with("41") { '2' } else { '1' };
            for (message, code) in [
                (format!("A0AFFFS0{kind}{parent}FFFF9876543210E#B1T2X00E00"), initial),
                (format!("A0AFFFS1FFF{parent}0{}#P0T2B00E00", "0".repeat(32)), zka),
            ] {
                let reply = device.ask(on, &message);
                assert_eq!(&reply[2..4], code, "{on:?} {header} {message}: {reply}");
            }
        }
    }
}

/// How a key leaves: `S` in any form, `E` in a key block, `N` not at all, and some usages in key blocks only.
#[test]
fn exportability_decides_how_a_key_leaves() {
    let device = Device::with(|settings| settings.x917_export = true);
    for on in LMKS {
        let zmk = sealed_block(on, "00000K0TB00E0000", "", CLEAR);
        for (usage, exportability, block, parts) in [
            ("P0", 'S', "00", "00"),
            ("P0", 'E', "00", "AA"),
            ("P0", 'N', "AA", "AA"),
            ("K0", 'S', "00", "A6"),
            ("52", 'S', "00", "A6"),
            ("51", 'S', "00", "00"),
            ("D0", 'S', "00", "A6"),
            ("21", 'S', "00", "A6"),
            ("22", 'S', "00", "A6"),
            ("23", 'S', "00", "00"),
        ] {
            let header = format!("00000{usage}TN00{exportability}0000");
            let key = sealed_block(on, &header, "", OTHER);
            for (scheme, code) in [("S", block), ("R!B", block), ("U", parts), ("X", parts)] {
                let reply = device.ask(on, &format!("A8FFF{zmk}{key}{scheme}"));
                assert_eq!(&reply[2..4], code, "{usage} {exportability} {scheme}");
            }
        }
        // The copy may be stricter than the key, not laxer.
        let key = sealed_block(on, "00000P0TN00E0000", "", OTHER);
        for (said, code) in [("N", "00"), ("E", "00"), ("S", "AA"), ("X", "AA")] {
            let reply = device.ask(on, &format!("A8FFF{zmk}{key}S%0{}&{said}", on as u8));
            assert_eq!(&reply[2..4], code, "{said}");
            assert!(code != "00" || &reply[16..17] == said, "{reply}");
        }
    }
}

#[test]
fn optional_blocks_travel_with_their_key() {
    let device = Device::with(|_| {});
    let long = format!("LB0004012C{:x<290}", "a long label ");
    for on in LMKS {
        let transport = sealed_block(on, "00000K0TB00E0000", "", CLEAR);
        for optional in ["KS1800604B120F9292800000", "LB04", &long] {
            let key = device.key_of(on, &format!("A00FFFS#B0T2X00E01{optional}"));
            assert!(key.contains(optional), "{key}");
            for way in ["S", "R!A", "R!B", "R!C"] {
                let sent = device.key_of(on, &format!("A8FFF{transport}{key}{way}"));
                assert!(sent.contains(optional), "{sent}");
                let back = device.key_of(on, &format!("A6FFF{transport}{sent}S"));
                assert!(back.contains(optional), "{back}");
            }
        }
        // The check value of the protecting key is no longer true; the others stay.
        let (clear, transport) = zmk(on);
        let optional = "LB05xKP0C00A1B2C3WP07000";
        let payload = hex::decode(OTHER).expect("hexadecimal");
        let block = tr31_block(&clear, "B0000B0TX00E0000", optional, &payload);
        let key = device.key_of(on, &format!("A6FFF{transport}{block}S"));
        assert!(!key.contains("KP") && key.contains("LB05xWP07000"), "{key}");
    }
}

/// With the setting, the block does not tell the length of its key.
#[test]
fn lengths_are_hidden_where_the_setting_says_so() {
    for hide_key_length in [false, true] {
        let device = Device::with(|settings| settings.hide_key_length = hide_key_length);
        let strong = device.key_of(On::AesKeyBlock, "A00FFFS#K0A3B00E00");
        let weak = device.key_of(On::AesKeyBlock, "A00FFFS#K0T3B00E00");
        for (transport, sizes, ways) in [
            (&weak, &["D1", "T2", "T3"][..], &["S", "R!A", "R!B", "R!C"][..]),
            (&strong, &["D1", "T2", "T3"], &["S", "R!D", "R!E"]),
            (&strong, &["A1", "A2", "A3"], &["S", "R!D", "R!E"]),
        ] {
            for way in ways {
                let mut lengths = sizes.iter().map(|size| {
                    let made = format!("A00FFFS#P0{size}B00E00");
                    let key = device.key_of(On::AesKeyBlock, &made);
                    let sent = format!("A8FFF{transport}{key}{way}");
                    let sent = device.key_of(On::AesKeyBlock, &sent);
                    let back = format!("A6FFF{transport}{sent}S");
                    assert_eq!(device.key_of(On::AesKeyBlock, &back)[..17], key[..17]);
                    sent.len()
                });
                let first = lengths.next();
                let are_equal = lengths.all(|length| Some(length) == first);
                assert_eq!(are_equal, hide_key_length, "{sizes:?} {way}");
            }
        }
    }
}
