//! HMAC keys outside key blocks, and on their way.

#[path = "device/device.rs"]
mod device;

use appliance::{Authorisations, HmacLength, KeyChange};
use bytes::BytesMut;
use device::{Device, On};
use host_commands::LmkPort;
use vault::{Lmk, LmkId};

const DATA: &str = "00012Hello, world";

/// Hash identifier, key usage, and bytes of the digest.
const HASHES: [(&str, &str, usize); 5] =
    [("01", "61", 20), ("05", "62", 28), ("06", "63", 32), ("07", "64", 48), ("08", "65", 64)];

/// The reply to a message in which `{0}`, `{1}` .. stand for pieces.
fn tell(device: &Device, on: On, message: &str, pieces: &[&[u8]]) -> Vec<u8> {
    let mut parts = message.split(['{', '}']).enumerate();
    let whole = parts.try_fold(Vec::new(), |mut whole, (number, part)| {
        let is_piece = number % 2 == 1;
        whole.extend_from_slice(if is_piece {
            pieces.get(part.parse::<usize>().ok()?)?
        } else {
            part.as_bytes()
        });
        Some(whole)
    });
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), &whole.expect("pieces"), &mut out);
    out.to_vec()
}

/// The code that answers such a message.
fn code(device: &Device, on: On, message: &str, pieces: &[&[u8]]) -> String {
    let reply = tell(device, on, message, pieces);
    String::from_utf8_lossy(reply.get(2..4).unwrap_or_default()).into_owned()
}

/// What stands behind the code of a reply without error.
fn rest(device: &Device, on: On, message: &str, pieces: &[&[u8]]) -> Vec<u8> {
    let reply = tell(device, on, message, pieces);
    assert_eq!(&reply[2..4], b"00", "{message}");
    reply[4..].to_vec()
}

/// A key in format 00: its length and bytes.
fn proprietary(device: &Device, hash: &str, purpose: &str, length: usize) -> Vec<u8> {
    rest(device, On::Variant, &format!("L0{hash}{purpose}{length:04}00"), &[])
}

fn everything() -> Device {
    Device::with(|settings| {
        settings.pkcs11_hmac = true;
        settings.x917_hmac = true;
    })
}

#[test]
fn keys_of_a_triple_des_key_block_lmk_make_hmacs() {
    let device = Device::with(|_| ());
    let key = rest(&device, On::KeyBlock, "L0FFFF002004#61H0C00E00", &[]);
    let hmac = rest(&device, On::KeyBlock, &format!("LQFF002004{{0}}{DATA}"), &[&key]);
    assert!(hmac.starts_with(b"0020") && hmac.len() == 24);
}

#[test]
fn keys_outside_key_blocks_are_refused() {
    let device = Device::with(|_| ());
    let key = proprietary(&device, "06", "03", 32);
    let generates = proprietary(&device, "06", "01", 32);
    let verifies = proprietary(&device, "06", "02", 32);
    let mut changed = key.clone();
    changed[20] ^= 1;
    let (cut, short) = (&key[4..51], &key[4..12]);
    let pieces: [&[u8]; 6] = [&key, &generates, &verifies, &changed, cut, short];
    for (fields, expected) in [
        ("06003200{0};00012Hello, world", "00"),
        ("06001600{0};00012Hello, world", "00"),
        ("06001500{0};00012Hello, world", "04"),
        ("06003300{0};00012Hello, world", "04"),
        ("05002800{0};00012Hello, world", "05"),
        ("FF003200{0};00012Hello, world", "05"),
        ("06003200{1};00012Hello, world", "00"),
        ("06003200{2};00012Hello, world", "06"),
        ("06003204{0};00012Hello, world", "07"),
        ("06003200{3};00012Hello, world", "08"),
        ("060032000047{4};00012Hello, world", "80"),
        ("060032000008{5};00012Hello, world", "80"),
        ("060032000048short", "80"),
        ("06003200{0}00012Hello, world", "15"),
        ("06003200{0};00013Hello, world", "81"),
        ("06003200{0};", "15"),
    ] {
        let message = format!("LQ{fields}");
        assert_eq!(code(&device, On::Variant, &message, &pieces), expected, "{fields}");
    }
    for (key, expected) in [(&key, "01"), (&verifies, "01"), (&generates, "06"), (&changed, "08")] {
        let message = format!("LS060032{}00{{0}};{DATA}", "0".repeat(32));
        assert_eq!(code(&device, On::Variant, &message, &[key]), expected);
    }
}

/// The shortest HMAC with each hash function, by the setting.
#[test]
fn the_shortest_hmac_is_what_the_setting_says() {
    for (setting, shortest) in
        [(5, [5; 5]), (10, [10, 14, 16, 24, 32]), (12, [12; 5]), (20, [20; 5])]
    {
        let device = Device::with(|settings| {
            settings.minimum_hmac_length = HmacLength::try_from(setting).expect("a length");
        });
        for ((hash, usage, digest), shortest) in HASHES.into_iter().zip(shortest) {
            let other = proprietary(&device, hash, "03", digest);
            let block = format!("L0FFFF{digest:04}04#{usage}H0C00E00");
            let block = rest(&device, On::AesKeyBlock, &block, &[]);
            for (length, makes, verifies) in [(shortest - 1, "04", "04"), (shortest, "00", "01")] {
                let hmac = "0".repeat(length);
                for (on, hash, format, key, end) in [
                    (On::Variant, hash, "00", &other, ";"),
                    (On::AesKeyBlock, "FF", "04", &block, ""),
                ] {
                    let tail = format!("{format}{{0}}{end}{DATA}");
                    let make = format!("LQ{hash}{length:04}{tail}");
                    assert_eq!(code(&device, on, &make, &[key]), makes, "{setting} {make}");
                    let verify = format!("LS{hash}{length:04}{hmac}{tail}");
                    assert_eq!(code(&device, on, &verify, &[key]), verifies, "{setting} {verify}");
                }
            }
        }
    }
    assert!(HmacLength::try_from(4).is_err() && HmacLength::try_from(21).is_err());
}

/// Keys of every hash, purpose and length go out in every format and come back as what they were.
#[test]
fn keys_travel_in_every_format() {
    let device = everything();
    let (_, zmk) = device::zmk(On::Variant);
    let mut came_back = 0;
    for (hash, _, digest) in HASHES {
        for (purpose, length) in
            [("01", digest / 2), ("02", digest), ("03", 64), ("03", 128), ("03", digest)]
        {
            let key = proprietary(&device, hash, purpose, length);
            for format in ["00", "01", "02", "03"] {
                let export = format!("LW{zmk}{{0}};00{format}");
                if format == "03" && length % 8 != 0 {
                    assert_eq!(code(&device, On::Variant, &export, &[&key]), "04");
                    continue;
                }
                let sent = rest(&device, On::Variant, &export, &[&key]);
                let facts = format!("{hash}{purpose}{length:04}");
                let facts = if format == "00" { "" } else { &facts };
                let import = format!("LU{zmk}{{0}};{format}00{facts}");
                assert_eq!(rest(&device, On::Variant, &import, &[&sent]), key, "{import}");
                came_back += 1;
            }
        }
    }
    assert!(came_back >= 70, "only {came_back} keys");
}

#[test]
fn imports_of_hmac_keys_are_refused() {
    let device = everything();
    let closed = Device::with(|_| ());
    let trusted = Device::with(|settings| settings.trusted_format_only = true);
    let (_, zmk) = device::zmk(On::Variant);
    let even = format!("U{}", "0".repeat(32));
    let pieces: [&[u8]; 2] = [zmk.as_bytes(), even.as_bytes()];
    for (fields, expected) in [
        ("{0}0024three blocks of a cipher;010001030020", "00"),
        ("{0}0024three blocks of a cipher;020006010024", "00"),
        ("{0}0024three blocks of a cipher;030001030024", "00"),
        ("{1}0024three blocks of a cipher;010001030020", "10"),
        ("{0}0024three blocks of a ciph010001030020", "15"),
        ("{0}0024three blocks of a cipher;050001030020", "07"),
        ("{0}0024three blocks of a cipher;010101030020", "03"),
        ("{0}0024three blocks of a cipher;010401030020", "03"),
        ("{0}0024three blocks of a cipher;010002030020", "05"),
        ("{0}0024three blocks of a cipher;0100FF030020", "05"),
        ("{0}0024three blocks of a cipher;010001040020", "06"),
        ("{0}0024three blocks of a cipher;010001FF0020", "06"),
        ("{0}0024three blocks of a cipher;010001030009", "04"),
        ("{0}0024three blocks of a cipher;010001030129", "04"),
        ("{0}0024three blocks of a cipher;030001030020", "04"),
        ("{0}0024three blocks of a cipher;010001030025", "80"),
        ("{0}0023three blocks of a ciphe;010001030020", "80"),
        ("{0}0000;010001030020", "80"),
        ("{0}0024three blocks of a cipher;0000", "08"),
        ("{0}0023three blocks of a ciphe;0000", "80"),
        ("{0}0024three blocks of a cipher;0400", "80"),
        ("{0}0024three blocks of a cipher;01000103", "15"),
        ("{0}0024three blocks of a cipher;010001030020#61C00S00", "15"),
        ("{0}0024three blocks of a cipher;010001030020%01", "13"),
        ("{0}FFFF00016M3TB00E00FF0400", "80"),
    ] {
        let message = format!("LU{fields}");
        assert_eq!(code(&device, On::Variant, &message, &pieces), expected, "{fields}");
    }
    for tail in [";010001030020", ";020001030020", ";030001030024"] {
        let message = format!("LU{{0}}0024three blocks of a cipher{tail}");
        assert_eq!(code(&closed, On::Variant, &message, &pieces), "07");
    }
    let message = "LU{0}0024three blocks of a cipher;0000";
    assert_eq!(code(&trusted, On::Variant, message, &pieces), "26");
}

#[test]
fn exports_of_hmac_keys_are_refused() {
    let device = everything();
    let closed = Device::with(|_| ());
    let unauthorised = Device::in_state(|state| state.authorised = Authorisations::default());
    let key = proprietary(&device, "01", "03", 20);
    let (_, zmk) = device::zmk(On::Variant);
    let even = format!("U{}", "0".repeat(32));
    let pieces: [&[u8]; 3] = [zmk.as_bytes(), &key, even.as_bytes()];
    for (fields, expected) in [
        ("{0}{1};0000", "00"),
        ("{2}{1};0000", "10"),
        ("{0}{1}0000", "15"),
        ("{0}{1};0400", "07"),
        ("{0}{1};0100", "07"),
        ("{0}{1};0004", "03"),
        ("{0}{1};0005", "03"),
        ("{0}{1};0003", "04"),
        ("{0}0024three blocks of a cipher;0000", "08"),
        ("{0}0023three blocks of a ciphe;0000", "80"),
        ("{0}{1};00", "15"),
    ] {
        let message = format!("LW{fields}");
        assert_eq!(code(&device, On::Variant, &message, &pieces), expected, "{fields}");
    }
    for format in ["01", "02", "03"] {
        let message = format!("LW{{0}}{{1}};00{format}");
        assert_eq!(code(&closed, On::Variant, &message, &pieces), "03");
    }
    assert_eq!(code(&unauthorised, On::Variant, "LW{0}{1};0000", &pieces), "17");
}

/// Under key-block LMKs attributes decide, and say what format 00 says, too.
#[test]
fn key_blocks_of_hmac_keys_are_refused() {
    let device = everything();
    for (on, zmk) in [(On::KeyBlock, "T2"), (On::AesKeyBlock, "A3")] {
        let zmk = device.key_of(on, &format!("A00FFFS#K0{zmk}B00S00"));
        let key = |exportability| {
            rest(&device, on, &format!("L0FFFF003204#63H0G00{exportability}00"), &[])
        };
        for (key, outside, inside) in
            [(key("S"), "00", "00"), (key("E"), "AA", "00"), (key("N"), "AA", "AA")]
        {
            for (format, expected) in
                [("00", outside), ("01", outside), ("02", outside), ("04", inside)]
            {
                let message = format!("LW{zmk}{{0}}04{format}");
                assert_eq!(code(&device, on, &message, &[&key]), expected, "{on:?} {format}");
            }
        }
        let sent = rest(&device, on, &format!("LW{zmk}{{0}}0400"), &[&key("S")]);
        for (tail, expected) in [
            (";0004#63G00S00", "00"),
            (";0004#63G00N00", "00"),
            (";0004#63G00E00", "AA"),
            (";0004#62G00S00", "A6"),
            (";0004#63C00S00", "A8"),
            (";0004#M3G00S00", "A6"),
            (";0004#63E00S00", "A8"),
            (";0004", "15"),
            (";0000", "03"),
        ] {
            let message = format!("LU{zmk}{{0}}{tail}");
            assert_eq!(code(&device, on, &message, &[&sent]), expected, "{on:?} {tail}");
        }
        let zpk = device.key_of(on, "A00FFFS#72T2B00E00");
        let zpk = device.key_of(on, &format!("A8FFF{zmk}{zpk}S"));
        let message = format!("LU{zmk}FFFF{}0404", &zpk[1..]);
        assert_eq!(code(&device, on, &message, &[]), "A7");
        let message = format!("LU{zmk}FFFF{}0004", &zpk[1..]);
        assert_eq!(code(&device, on, &message, &[]), "80");
    }
}

#[test]
fn translations_of_hmac_keys_are_refused() {
    let device = Device::in_state(|state| {
        let new = Lmk::named("test-key-block-aes").expect("an LMK");
        state.lmks.load_key_change(LmkId(0), KeyChange::New, new).expect("it fits");
    });
    let key = proprietary(&device, "06", "03", 32);
    for (fields, expected) in [
        ("0004{0}#63C00E00", "00"),
        ("0004{0}#63C00S00", "00"),
        ("0004{0}", "15"),
        ("0004{0}#62C00S00", "A6"),
        ("0004{0}#63G00S00", "A8"),
        ("0000{0}", "03"),
        ("0404{0}", "07"),
        ("0104{0}", "07"),
        ("00040024three blocks of a cipher#63C00S00", "08"),
        ("00040023three blocks of a ciphe#63C00S00", "80"),
        ("0004FFFF1009663HC00E00", "15"),
    ] {
        let message = format!("LY{fields}");
        assert_eq!(code(&device, On::Variant, &message, &[&key]), expected, "{fields}");
    }
    let moved = rest(&device, On::Variant, "LY0004{0}#63C00E00", &[&key]);
    assert!(moved.starts_with(b"FFFF1012863HC00E0000"), "{}", moved.escape_ascii());
    let none = Device::with(|_| ());
    assert_eq!(code(&none, On::Variant, "LY0000{0}", &[&key]), "33");
}
