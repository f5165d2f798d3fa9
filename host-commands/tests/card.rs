//! Card verification values through the commands.

#[path = "device/device.rs"]
mod device;

use bytes::BytesMut;
use device::{Device, On, Purpose, input, rows, sealed};
use host_commands::LmkPort;

const CVV: &str = include_str!("../../vectors/crypto/cvv.jsonl");
const CVK: Purpose = Purpose::new(*b"402", *b"C0");
const LMKS: [On; 3] = [On::Variant, On::KeyBlock, On::AesKeyBlock];

#[test]
fn cvv_vectors() {
    let device = Device::with(|_| {});
    let mut tried = 0;
    for row in rows(CVV) {
        let is_cvv = matches!(row["algorithm"].as_str(), Some("cvv" | "cvv2" | "icvv"));
        if !is_cvv || row["inputs"]["length"].is_number() {
            continue;
        }
        let [pan, expiry, service] = ["pan", "exp", "svc"].map(|name| input(&row, name));
        let expected = row["output"].as_str().expect("three digits");
        let wrong = if expected == "000" { "001" } else { "000" };
        for on in LMKS {
            let key = sealed(on, CVK, input(&row, "cvk"));
            let card = format!("{pan};{expiry}{service}");
            assert_eq!(device.ask(on, &format!("CW{key}{card}")), format!("CX00{expected}"));
            assert_eq!(device.ask(on, &format!("CY{key}{expected}{card}")), "CZ00");
            assert_eq!(device.ask(on, &format!("CY{key}{wrong}{card}")), "CZ01");
            tried += 1;
        }
    }
    assert!(tried >= 30, "only {tried} values");
}

#[test]
fn refusals_of_cw_and_cy() {
    let device = Device::with(|_| {});
    let clear = "0123456789ABCDEFFEDCBA9876543210";
    for (on, purpose, clear, card, code) in [
        (On::Variant, Purpose::new(*b"402", *b"C0"), clear, "4123456789012345;8701101", "00"),
        (On::Variant, Purpose::new(*b"002", *b"C0"), clear, "4123456789012345;8701101", "10"),
        (On::KeyBlock, Purpose::new(*b"402", *b"12"), clear, "4123456789012345;8701101", "00"),
        (On::KeyBlock, Purpose::new(*b"402", *b"11"), clear, "4123456789012345;8701101", "A6"),
        (On::KeyBlock, Purpose::new(*b"402", *b"V2"), clear, "4123456789012345;8701101", "A6"),
        (On::AesKeyBlock, Purpose::new(*b"402", *b"13"), clear, "4123456789012345;8701101", "00"),
        (On::Variant, CVK, &clear[..16], "4123456789012345;8701101", "15"),
        (On::KeyBlock, CVK, &clear[..16], "4123456789012345;8701101", "27"),
        (On::Variant, CVK, clear, ";8701101", "15"),
        (On::Variant, CVK, clear, "41234567890123456789;8701101", "15"),
        (On::Variant, CVK, clear, "4123456789012345;8701101%03", "13"),
        (On::KeyBlock, CVK, clear, "4123456789012345;8701101%01", "00"),
        (On::KeyBlock, CVK, clear, "4123456789012345;8701101%00", "13"),
    ] {
        let key = sealed(on, purpose, clear);
        let reply = device.ask(on, &format!("CW{key}{card}"));
        assert_eq!(reply.get(..4), Some(format!("CX{code}").as_str()), "{on:?} {purpose:?} {card}");
    }
    let generate_only = Purpose { mode: b'G', ..CVK };
    let verify_only = Purpose { mode: b'V', ..CVK };
    let card = "4123456789012345;8701101";
    let generator = sealed(On::KeyBlock, generate_only, clear);
    let verifier = sealed(On::KeyBlock, verify_only, clear);
    assert_eq!(device.ask(On::KeyBlock, &format!("CW{generator}{card}")), "CX00561");
    assert_eq!(device.ask(On::KeyBlock, &format!("CY{generator}561{card}")), "CZA8");
    assert_eq!(device.ask(On::KeyBlock, &format!("CW{verifier}{card}")), "CXA8");
    assert_eq!(device.ask(On::KeyBlock, &format!("CY{verifier}561{card}")), "CZ00");
}

#[test]
fn refusals_of_pm() {
    const MK_AC: Purpose = Purpose::new(*b"109", *b"E0");
    const MK_CVC3: Purpose = Purpose::new(*b"709", *b"32");
    const TRACK: &str = "5413123556784804D09061019005997722553F";
    let device = Device::with(|_| {});
    let clear = "0123456789ABCDEFFEDCBA9876543210";
    let visa = "4123456789012345;2812101000017";
    for (on, purpose, clear, rest, code) in [
        (On::Variant, MK_AC, clear, "A4123456789012345;2812101000017", "01"),
        (On::Variant, MK_CVC3, clear, "A4123456789012345;2812101000017", "10"),
        (On::KeyBlock, MK_CVC3, clear, "A4123456789012345;2812101000017", "A6"),
        (
            On::KeyBlock,
            Purpose { mode: b'G', ..MK_AC },
            clear,
            "A4123456789012345;2812101000017",
            "A8",
        ),
        (On::AesKeyBlock, MK_AC, clear, "B4123456789012345;2812101000017", "01"),
        (On::Variant, MK_AC, &clear[..16], "A4123456789012345;2812101000017", "15"),
        (On::KeyBlock, MK_AC, &clear[..16], "A4123456789012345;2812101000017", "A7"),
        (On::Variant, MK_AC, clear, "C4123456789012345;2812101000017", "15"),
        (On::Variant, MK_AC, clear, "A;2812101000017", "15"),
        (On::Variant, MK_AC, clear, "A412;2812101000017", "15"),
        (On::Variant, MK_AC, clear, "A41234567890123456789;2812101000017", "15"),
        (On::Variant, MK_AC, clear, "A4123456789012345;28X2101000017", "15"),
    ] {
        let key = sealed(on, purpose, clear);
        let reply = device.ask(on, &format!("PM00{key}{rest}999"));
        assert_eq!(reply.get(..4), Some(format!("PN{code}").as_str()), "{on:?} {purpose:?} {rest}");
    }
    let key = sealed(On::Variant, MK_CVC3, clear);
    let track = hex::decode(TRACK).expect("hexadecimal");
    let ask = |track: &[u8], rest: &str| {
        let start = format!("PM12{key}A5413123556784804;00{:03}", track.len());
        let mut out = BytesMut::new();
        let message = [start.as_bytes(), track, rest.as_bytes()].concat();
        device.answer(LmkPort::Only(0), &message, &mut out);
        String::from_utf8(out.to_vec()).expect("a reply of text")
    };
    assert_eq!(ask(&track, "0000077200005XX999").get(..4), Some("PN01"));
    for (track, rest) in [
        (&track[..], "0000077200005XXXXX"),
        (&track, "000007720000512X45"),
        (&track, "000007726553600000"),
        (&track, "00000772000050000"),
        (&track[..10], "000007720000500000"),
        (&[0; 19], "000007720000500000"),
        (&[], "000007720000500000"),
    ] {
        assert_eq!(ask(track, rest), "PN15", "{rest}");
    }
    // Without authorised diagnostics the right value is not told.
    let key = sealed(On::Variant, MK_AC, clear);
    let wrong = format!("PM00{key}A{visa}999");
    assert_eq!(device.ask(On::Variant, &wrong).len(), 7);
    assert!(device.ask(On::Variant, "RA").starts_with("RB00"));
    assert_eq!(device.ask(On::Variant, &wrong), "PN01");
}

#[test]
fn refusals_of_ry() {
    const CSCK: Purpose = Purpose::new(*b"402", *b"11");
    let device = Device::with(|_| {});
    let clear = "0123456789ABCDEFFEDCBA9876543210";
    for (on, purpose, clear, card, code) in [
        (On::Variant, CSCK, clear, "37123456789012300002812", "00"),
        (On::KeyBlock, Purpose::new(*b"402", *b"C0"), clear, "37123456789012300002812", "00"),
        (On::KeyBlock, Purpose::new(*b"402", *b"13"), clear, "37123456789012300002812", "A6"),
        (On::KeyBlock, Purpose { mode: b'V', ..CSCK }, clear, "37123456789012300002812", "A8"),
        (On::Variant, Purpose::new(*b"001", *b"11"), clear, "37123456789012300002812", "10"),
        (On::KeyBlock, CSCK, &clear[..16], "37123456789012300002812", "27"),
        (On::Variant, CSCK, clear, "41123456789012300002812", "15"),
        (On::Variant, CSCK, clear, "3712345678901232812", "15"),
        (On::Variant, CSCK, clear, "37123456789012300002812101", "15"),
        (On::Variant, CSCK, clear, "371234567890123F0002812", "15"),
    ] {
        let key = sealed(on, purpose, clear);
        let reply = device.ask(on, &format!("RY30{key}{card}"));
        assert_eq!(reply.get(..4), Some(format!("RZ{code}").as_str()), "{on:?} {purpose:?} {card}");
    }
    let key = sealed(On::Variant, CSCK, clear);
    let card = "37123456789012300002812";
    for (wrong, code) in [
        (format!("RY5{key}"), "RZ15"),
        (format!("RY31{key}{card}"), "RZ15"),
        (format!("RY40{key}{card}FFFFF1234"), "RZ15"),
        (format!("RY40{key}{card}F23451234123"), "RZ15"),
        ("RY0;0T0".to_owned(), "RZ27"),
    ] {
        assert_eq!(device.ask(On::Variant, &wrong), code, "{wrong}");
    }
}
