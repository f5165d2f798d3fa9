//! Card verification values through the commands.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, Purpose, input, rows, sealed};

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
