//! User storage through the commands.

#[path = "device/device.rs"]
mod device;

use appliance::StorageLength;
use device::{Device, On, Purpose, sealed};

const DIGITS: &str = "0123456789ABCDEF00112233445566778899AABBCCDDEEFF";

fn with(length: StorageLength) -> Device {
    Device::with(|settings| settings.user_storage_key_length = length)
}

#[test]
fn places_of_fixed_length_are_written_and_read() {
    for (length, digits) in
        [(StorageLength::Single, 16), (StorageLength::Double, 32), (StorageLength::Triple, 48)]
    {
        let device = with(length);
        let (first, second) = (&DIGITS[..digits], "5".repeat(digits));
        for (request, reply) in [
            ("LEK0FE01".to_owned(), "LF12".to_owned()),
            (format!("LAK0FE02{first}{second}"), "LB00".to_owned()),
            ("LEK0FE02".to_owned(), format!("LF00{first}{second}")),
            ("LEK0FF01".to_owned(), format!("LF00{second}")),
            ("LEK0FE03".to_owned(), "LF12".to_owned()),
            // Nothing at all is no error.
            ("LAK00000".to_owned(), "LB00".to_owned()),
            ("LEK00000".to_owned(), "LF00".to_owned()),
            (format!("LAKFFF01{first}"), "LB00".to_owned()),
            // The second place does not exist, so the first is not written either.
            (format!("LAKFFF02{second}{second}"), "LB21".to_owned()),
            ("LEKFFF01".to_owned(), format!("LF00{first}")),
            ("LEKFFF02".to_owned(), "LF21".to_owned()),
            // 32 places are allowed, not 33.
            (format!("LAK00020{}", first.repeat(32)), "LB00".to_owned()),
            (format!("LAK00021{}", first.repeat(33)), "LB15".to_owned()),
            ("LEK00020".to_owned(), format!("LF00{}", first.repeat(32))),
            ("LEK00021".to_owned(), "LF15".to_owned()),
            (format!("LAK00001{}", &first[1..]), "LB15".to_owned()),
            (format!("LAK00001{first}0"), "LB15".to_owned()),
            (format!("LAK00001{}", first.to_lowercase()), "LB15".to_owned()),
            (format!("LAK00G01{first}"), "LB15".to_owned()),
            (format!("LA00001{first}"), "LB15".to_owned()),
            (format!("LAB00001{first}"), "LB15".to_owned()),
            ("LEB00001".to_owned(), "LF15".to_owned()),
        ] {
            assert_eq!(device.ask(On::Variant, &request), reply, "{request}");
        }
    }
}

#[test]
fn places_of_variable_length_are_written_and_read() {
    let device = with(StorageLength::Variable);
    let long = "0".repeat(1_000);
    for (request, reply) in [
        ("LEK000", "LF12".to_owned()),
        ("LAK0000005U1234", "LB00".to_owned()),
        ("LEK000", "LF000005U1234".to_owned()),
        ("LAB0010003\x01;\x19", "LB00".to_owned()),
        ("LEB001", "LF000003\x01;\x19".to_owned()),
        ("LAK0010003\x01;\x19", "LB15".to_owned()),
        ("LAK0010004\x01;x", "LB80".to_owned()),
        ("LAK0010002123", "LB15".to_owned()),
        ("LAK000", "LB15".to_owned()),
        (&format!("LAK07F1000{long}"), "LB00".to_owned()),
        (&format!("LAK07F10010{long}"), "LB21".to_owned()),
        (&format!("LAKFFF0100{}", &long[..100]), "LB00".to_owned()),
        (&format!("LAK0800101{}", &long[..101]), "LB21".to_owned()),
        ("LEKFFF", format!("LF000100{}", &long[..100])),
        ("LEK080", "LF12".to_owned()),
        ("LEK00001", "LF15".to_owned()),
    ] {
        assert_eq!(device.ask(On::Variant, request), reply, "{request:?}");
    }
}

/// A table in which each value stands once, and what becomes of it when it is changed.
#[test]
fn diebold_tables_are_verified() {
    let table =
        hex::encode_upper((0..=255_u8).map(|byte| byte.wrapping_mul(167)).collect::<Vec<_>>());
    let twice = format!("{}{}", &table[..510], &table[..2]);
    for (length, filling) in
        [(StorageLength::Single, ""), (StorageLength::Triple, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    {
        let device = with(length);
        let write = |index: usize, table: &str| {
            let count = table.len() / 16;
            let rows: Vec<&str> = (0..count).map(|row| &table[16 * row..16 * row + 16]).collect();
            let rows = rows.join(filling) + filling;
            let reply = device.ask(On::Variant, &format!("LAK{index:03X}{count:02X}{rows}"));
            assert_eq!(reply, "LB00");
        };
        write(0x100, &table);
        write(0x200, &twice);
        write(0x300, &table[..496]);
        write(0xFF0, &table[..256]);
        for (request, reply) in [
            ("LCK100", "LD00"),
            ("LCK101", "LD12"),
            ("LCK200", "LD19"),
            ("LCK300", "LD12"),
            ("LCKFF0", "LD21"),
            ("LC100", "LD15"),
            ("LCK10", "LD15"),
        ] {
            assert_eq!(device.ask(On::Variant, request), reply, "{request}");
        }
    }
    let device = with(StorageLength::Variable);
    for (index, table) in [(0, &table[..]), (1, &twice), (2, &table[..510]), (3, "nonsense")] {
        let written = device.ask(On::Variant, &format!("LAK{index:03X}{:04}{table}", table.len()));
        assert_eq!(written, "LB00");
        let reply = device.ask(On::Variant, &format!("LCK{index:03X}"));
        assert_eq!(reply, if index == 0 { "LD00" } else { "LD19" });
    }
}

/// A key in a place without room for its tag is read with the tag of the message.
#[test]
fn the_message_says_the_scheme_of_a_stored_key() {
    let purpose = Purpose::new(*b"001", *b"P0");
    let (single, triple) = (sealed(On::Variant, purpose, &DIGITS[..16]), DIGITS);
    let double = sealed(On::Variant, purpose, "0123456789ABCDEFFEDCBA9876543210");
    let double = double.strip_prefix('U').expect("a double length key");
    let check = |key: &str, length: &str| format!("BU01{length}{key}");
    let [filler, fillers] = [1, 2].map(|count| "F".repeat(16 * count));
    for (length, stored, key, direct, flag) in [
        (StorageLength::Single, single.clone(), "K00A", single.clone(), "0"),
        (StorageLength::Single, single.clone(), "ZK00A", single.clone(), "0"),
        (StorageLength::Double, double.to_owned(), "UK00A", format!("U{double}"), "1"),
        (StorageLength::Double, double.to_owned(), "XK00A", format!("X{double}"), "1"),
        (StorageLength::Double, double.to_owned(), "K00A", double.to_owned(), "1"),
        (StorageLength::Triple, format!("{single}{fillers}"), "K00A", single.clone(), "0"),
        (StorageLength::Triple, format!("{double}{filler}"), "UK00A", format!("U{double}"), "1"),
        (StorageLength::Triple, triple.to_owned(), "TK00A", format!("T{triple}"), "2"),
    ] {
        let device = with(length);
        assert_eq!(device.ask(On::Variant, &format!("LAK00A01{stored}")), "LB00");
        let reply = device.ask(On::Variant, &check(key, flag));
        assert_eq!(reply, device.ask(On::Variant, &check(&direct, flag)), "{length:?} {key}");
    }
}
