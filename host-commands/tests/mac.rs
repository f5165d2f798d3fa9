//! MACs through the commands.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, Purpose, input, rows, sealed};

const ISO_9797: &str = include_str!("../../vectors/crypto/mac_iso9797.jsonl");
const CMAC: &str = include_str!("../../vectors/crypto/cmac.jsonl");
const LMKS: [On; 3] = [On::Variant, On::KeyBlock, On::AesKeyBlock];

/// Key type and key.
fn key(on: On, usage: [u8; 2], clear: &str) -> String {
    let key_type = if on == On::Variant { "003" } else { "FFF" };
    key_type.to_owned() + &sealed(on, Purpose::new(*b"003", usage), clear)
}

/// M6 makes the MAC, M8 verifies it and refuses another, in full length and in half.
fn check(device: &Device, on: On, method: &str, key: &str, data: &str, mac: &str) {
    let other = if mac.starts_with('0') { "1" } else { "0" };
    for (size, digits) in [('0', 8), ('1', 16)] {
        let mac = &mac[..digits];
        let fields = format!("01{size}{method}{key}{:04X}{data}", data.len());
        assert_eq!(device.ask(on, &format!("M6{fields}")), format!("M700{mac}"), "{on:?} {fields}");
        assert_eq!(device.ask(on, &format!("M8{fields}{mac}")), "M900", "{on:?} {fields}");
        let wrong = format!("M8{fields}{other}{}", &mac[1..]);
        assert_eq!(device.ask(on, &wrong), "M901", "{on:?} {fields}");
    }
}

#[test]
fn iso_9797_vectors() {
    let device = Device::with(|settings| settings.prevent_single_des_masquerading = false);
    let mut tried = 0;
    for row in rows(ISO_9797) {
        let (algorithm, usage) =
            if row["algorithm"].as_str().is_some_and(|name| name.contains("alg3")) {
                ('3', *b"M3")
            } else {
                ('1', *b"M1")
            };
        let method = format!("{algorithm}{}", row["inputs"]["padding"]);
        let expected = row["output"].as_str().expect("a MAC");
        for on in LMKS {
            let key = key(on, usage, input(&row, "key"));
            check(&device, on, &method, &key, input(&row, "data"), expected);
            tried += 1;
        }
    }
    assert!(tried >= 300, "only {tried} values");
}

#[test]
fn cmac_vectors_of_triple_des() {
    let device = Device::with(|settings| settings.prevent_single_des_masquerading = false);
    let mut tried = 0;
    for row in rows(CMAC) {
        if row["algorithm"].as_str().is_some_and(|name| name.ends_with("aes")) {
            continue;
        }
        let expected = row["output"].as_str().expect("a MAC");
        for on in LMKS {
            let key = key(on, *b"M6", input(&row, "key"));
            check(&device, on, "60", &key, input(&row, "data"), expected);
            tried += 1;
        }
    }
    assert!(tried >= 15, "only {tried} values");
}

#[test]
fn longest_messages() {
    let device = Device::with(|_| {});
    let clear = "0123456789ABCDEFFEDCBA9876543210";
    let tak = key(On::Variant, *b"M3", clear);
    let block = "A block.".repeat(1_000);
    let whole = format!("M600032{tak}FA00{}", block.repeat(8));
    let reply = device.ask(On::Variant, &whole);
    let mac = reply.strip_prefix("M700").expect("a MAC");
    assert_eq!(mac.len(), 8);
    // The same message in eight blocks has the same MAC.
    let mut chain = String::new();
    for at in 0..8 {
        let place = if at == 0 { 1 } else { 2 };
        let reply = device.ask(On::Variant, &format!("M6{place}0032{tak}{chain}1F40{block}"));
        reply.strip_prefix("M700").expect("a chaining value").clone_into(&mut chain);
    }
    let last = device.ask(On::Variant, &format!("M630032{tak}{chain}0000"));
    assert_eq!(last, reply);
}

#[test]
fn hashes_are_refused() {
    let device = Device::with(|_| ());
    for (fields, code) in [
        ("0400003abc", "05"),
        ("0000003abc", "05"),
        ("0900003abc", "05"),
        ("0600004abc", "80"),
        ("06000", "15"),
        ("06ABCDEabc", "15"),
        ("0600002abc", "15"),
    ] {
        assert_eq!(
            device.ask(On::Variant, &format!("GM{fields}")),
            format!("GN{code}"),
            "{fields}"
        );
    }
}
