//! HMAC keys through the commands.

#[path = "device/device.rs"]
mod device;

use bytes::BytesMut;
use device::{Device, On};
use host_commands::LmkPort;

const DATA: &str = "00012Hello, world";

/// Usage, and bytes of the digest.
const HASHES: [(&str, usize); 5] = [("61", 20), ("62", 28), ("63", 32), ("64", 48), ("65", 64)];

/// The reply with the bytes of its HMAC in escapes.
fn ask(device: &Device, message: &str) -> String {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(On::AesKeyBlock as u8), message.as_bytes(), &mut out);
    out.escape_ascii().to_string()
}

fn make(device: &Device, usage: &str, length: usize, mode: char) -> String {
    let request = format!("L0FFFF{length:04}04#{usage}H0{mode}00E00");
    let reply = device.ask(On::AesKeyBlock, &request);
    reply.strip_prefix("L100").unwrap_or_else(|| panic!("{request}: {reply}")).to_owned()
}

#[test]
fn a_generated_key_makes_hmacs_of_every_length_allowed() {
    let device = Device::with(|_| ());
    for (usage, digest) in HASHES {
        for length in [digest / 2, digest, 64, 65, 128] {
            let key = make(&device, usage, length, 'C');
            assert!(key.starts_with("FFFF1") && key[9..12] == format!("{usage}H"), "{key}");
            let ask = |length: usize| ask(&device, &format!("LQFF{length:04}04{key}{DATA}"));
            assert!(ask(digest).starts_with(&format!("LR00{digest:04}")));
            assert!(ask(digest / 2).starts_with(&format!("LR00{:04}", digest / 2)));
            assert_eq!(ask(digest / 2 - 1), "LR04");
            assert_eq!(ask(digest + 1), "LR04");
        }
    }
}

#[test]
fn keys_do_what_their_mode_permits() {
    let device = Device::with(|_| ());
    for (mode, generates, verifies) in [('C', "00", "01"), ('G', "00", "A8"), ('V', "A8", "01")] {
        let key = make(&device, "63", 32, mode);
        let reply = ask(&device, &format!("LQFF003204{key}{DATA}"));
        assert_eq!(&reply[2..4], generates, "{mode}");
        let hmac = "0".repeat(32);
        let reply = device.ask(On::AesKeyBlock, &format!("LSFF0032{hmac}04{key}{DATA}"));
        assert_eq!(reply, format!("LT{verifies}"), "{mode}");
    }
}

#[test]
fn hmac_keys_are_refused() {
    let device = Device::with(|_| ());
    for (on, fields, code) in [
        (On::AesKeyBlock, "06FF003204#63H0C00E00", "05"),
        (On::AesKeyBlock, "FF03003204#63H0C00E00", "06"),
        (On::AesKeyBlock, "FFFF003200#63H0C00E00", "07"),
        (On::AesKeyBlock, "FFFF001504#63H0C00E00", "04"),
        (On::AesKeyBlock, "FFFF012904#63H0C00E00", "04"),
        (On::AesKeyBlock, "FFFF003204#63T2C00E00", "A7"),
        (On::AesKeyBlock, "FFFF003204#M0H0C00E00", "A6"),
        (On::AesKeyBlock, "FFFF003204#63H0E00E00", "A8"),
        (On::AesKeyBlock, "FFFF003204", "15"),
        (On::Variant, "FFFF003204#63H0C00E00", "07"),
        (On::Variant, "0603003204", "07"),
        (On::KeyBlock, "0603003200", "07"),
        (On::Variant, "0203003200", "05"),
        (On::Variant, "FF03003200", "05"),
        (On::Variant, "0604003200", "06"),
        (On::Variant, "06FF003200", "06"),
        (On::Variant, "0603003201", "07"),
        (On::Variant, "0603001500", "04"),
        (On::Variant, "0603012900", "04"),
        (On::Variant, "0603003200#63H0C00E00", "15"),
        (On::Variant, "0603003", "15"),
        (On::Variant, "0603003200%01", "13"),
    ] {
        assert_eq!(device.ask(on, &format!("L0{fields}")), format!("L1{code}"), "{fields}");
    }
    let key = make(&device, "63", 32, 'C');
    let other = key.replace("63HC", "62HC");
    for (fields, code) in [
        (format!("06003204{key}{DATA}"), "05"),
        (format!("FF003200{key}{DATA}"), "07"),
        (format!("FF00320400{}{DATA}", &key[2..]), "80"),
        (format!("FF003204{other}{DATA}"), "A4"),
        (format!("FF003204{key}00013Hello, world"), "81"),
        (format!("FF003204{key}"), "15"),
    ] {
        let reply = device.ask(On::AesKeyBlock, &format!("LQ{fields}"));
        assert_eq!(reply, format!("LR{code}"), "{fields}");
    }
}
