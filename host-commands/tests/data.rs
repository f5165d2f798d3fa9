//! Data encryption through the commands.

#[path = "device/device.rs"]
mod device;

use appliance::ZekEncryption;
use device::{Device, On, Purpose, input, rows, sealed};

const TDES: &str = include_str!("../../vectors/crypto/dukpt_tdes.jsonl");
const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const LMKS: [On; 3] = [On::Variant, On::KeyBlock, On::AesKeyBlock];
const DEK: Purpose = Purpose::new(*b"00B", *b"21");
const ZEK: Purpose = Purpose::new(*b"00A", *b"22");
const TEK: Purpose = Purpose::new(*b"30B", *b"23");
const BDK_1: Purpose = Purpose::new(*b"009", *b"B0");
const BDK_2: Purpose = Purpose::new(*b"609", *b"41");
const BDK_3: Purpose = Purpose::new(*b"809", *b"42");
const BDK_4: Purpose = Purpose::new(*b"909", *b"43");

/// Key type and key.
fn key(on: On, purpose: Purpose, clear: &str) -> String {
    let key_type = match on {
        On::Variant => purpose.key_type,
        On::KeyBlock | On::AesKeyBlock => *b"FFF",
    };
    key_type.escape_ascii().to_string() + &sealed(on, purpose, clear)
}

fn code(reply: &str) -> &str {
    reply.get(2..4).expect("a reply has an error code")
}

#[test]
fn data_of_transactions() {
    let device = Device::with(|_| {});
    let zeros = "0".repeat(16);
    let mut tried = 0;
    for row in rows(TDES).iter().filter(|row| row["algorithm"] == "dukpt-tdes-all") {
        let [bdk, ksn, plain] = ["bdk", "ksn", "data"].map(|name| input(row, name));
        for (purpose, output) in [
            (BDK_1, "enc_request_cbc"),
            (BDK_2, "enc_request_cbc"),
            (BDK_3, "enc_request_cbc"),
            (BDK_4, "enc_response_cbc"),
        ] {
            let encrypted = row["output"][output].as_str().expect("encrypted data");
            let (length, chain) = (format!("{:04X}", plain.len()), &encrypted[plain.len() - 16..]);
            for on in LMKS {
                let head = format!("0111{}A05{ksn}{zeros}{length}", key(on, purpose, bdk));
                let reply = device.ask(on, &format!("M0{head}{plain}"));
                assert_eq!(reply, format!("M100{chain}{length}{encrypted}"), "{on:?} {purpose:?}");
                let reply = device.ask(on, &format!("M2{head}{encrypted}"));
                assert_eq!(reply, format!("M300{chain}{length}{plain}"), "{on:?} {purpose:?}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 100, "only {tried} values");
}

#[test]
fn refusals_of_m0_and_m2() {
    let device = Device::with(|_| {});
    let generate = Purpose { mode: b'G', ..DEK };
    let encrypt = Purpose { mode: b'E', ..DEK };
    let decrypt = Purpose { mode: b'D', ..DEK };
    let pin = Purpose::new(*b"001", *b"72");
    for (on, key, m0, m2) in [
        (On::Variant, key(On::Variant, DEK, CLEAR), "00", "00"),
        (On::Variant, key(On::Variant, ZEK, CLEAR), "00", "00"),
        (On::Variant, key(On::Variant, TEK, CLEAR), "00", "00"),
        (On::Variant, format!("00B{}", sealed(On::Variant, ZEK, CLEAR)), "10", "10"),
        (On::Variant, format!("001{}", sealed(On::Variant, pin, CLEAR)), "05", "05"),
        (On::Variant, format!("FFF{}", sealed(On::Variant, DEK, CLEAR)), "28", "28"),
        (On::Variant, format!("00B{}", sealed(On::KeyBlock, DEK, CLEAR)), "A1", "A1"),
        (On::KeyBlock, format!("00B{}", sealed(On::KeyBlock, DEK, CLEAR)), "00", "00"),
        (On::KeyBlock, key(On::KeyBlock, pin, CLEAR), "A6", "A6"),
        (On::KeyBlock, key(On::KeyBlock, generate, CLEAR), "A8", "A8"),
        (On::KeyBlock, key(On::KeyBlock, encrypt, CLEAR), "00", "A8"),
        (On::KeyBlock, key(On::KeyBlock, decrypt, CLEAR), "A8", "00"),
        (On::KeyBlock, format!("FFF{}", sealed(On::AesKeyBlock, DEK, CLEAR)), "A2", "A2"),
        (On::AesKeyBlock, key(On::AesKeyBlock, encrypt, CLEAR), "00", "A8"),
        (
            On::Variant,
            format!("{}A05FFFF9876543210E00001", key(On::Variant, BDK_1, CLEAR)),
            "00",
            "00",
        ),
        (
            On::Variant,
            format!("{}A0GFFFF9876543210E00001", key(On::Variant, BDK_1, CLEAR)),
            "15",
            "15",
        ),
        (
            On::Variant,
            format!("{}A05FFFF9876543210E0000X", key(On::Variant, BDK_1, CLEAR)),
            "15",
            "15",
        ),
    ] {
        let block = "00100123456789ABCDEF";
        assert_eq!(code(&device.ask(on, &format!("M00011{key}{block}"))), m0, "{on:?} {key}");
        assert_eq!(code(&device.ask(on, &format!("M20011{key}{block}"))), m2, "{on:?} {key}");
    }
    let dek = key(On::Variant, DEK, CLEAR);
    for (rest, expected) in [
        ("00100123456789ABCDEF%00", "00"),
        ("00100123456789ABCDEF%01", "13"),
        ("00100123456789ABCDE", "80"),
        ("00100123456789ABCDEF0", "15"),
        ("000F0123456789ABCDE", "15"),
        ("00100123456789abcdef", "15"),
        ("000E0123456789ABCD", "06"),
        ("0000", "80"),
        ("", "15"),
    ] {
        assert_eq!(code(&device.ask(On::Variant, &format!("M00011{dek}{rest}"))), expected);
        assert_eq!(code(&device.ask(On::Variant, &format!("M20011{dek}{rest}"))), expected);
    }
}

#[test]
fn longest_data() {
    let device = Device::with(|_| {});
    let dek = key(On::Variant, DEK, CLEAR);
    let text = "longest.".repeat(4_001);
    let reply = device.ask(On::Variant, &format!("M00021{dek}7D00{}", &text[..32_000]));
    assert_eq!((&reply[..8], reply.len()), ("M100FA00", 8 + 64_000));
    let back = device.ask(On::Variant, &format!("M20012{dek}7D00{}", &reply[8..32_008]));
    assert_eq!(back, format!("M3003E80{}", &text[..16_000]));
    let reply = device.ask(On::Variant, &format!("M00021{dek}7D08{}", &text[..32_008]));
    assert_eq!(reply, "M106");
}

/// Printable characters and others, under each kind of key, with each value of the setting.
#[test]
fn zeks_and_teks_do_what_the_setting_allows() {
    for (setting, text, bytes) in [
        (ZekEncryption::None, "35", "35"),
        (ZekEncryption::Ascii, "00", "35"),
        (ZekEncryption::Binary, "00", "00"),
    ] {
        let device = Device::with(|settings| settings.zek_encryption = setting);
        let free = Device::with(|_| {});
        for on in LMKS {
            for (purpose, text, bytes) in
                [(ZEK, text, bytes), (TEK, text, bytes), (DEK, "00", "00")]
            {
                let key = key(on, purpose, CLEAR);
                for (data, expected) in [("2041424344457E7A", text), ("00414243444546FF", bytes)] {
                    let reply = device.ask(on, &format!("M00011{key}0010{data}"));
                    assert_eq!(code(&reply), expected, "{setting:?} {on:?} {purpose:?} {data}");
                    let reply = free.ask(on, &format!("M00011{key}0010{data}"));
                    let encrypted = reply.get(8..).expect("encrypted data");
                    let reply = device.ask(on, &format!("M20011{key}0010{encrypted}"));
                    assert_eq!(code(&reply), expected, "{setting:?} {on:?} {purpose:?} {data}");
                }
            }
        }
    }
}

#[test]
fn refusals_of_m4() {
    let device = Device::with(|_| {});
    let text_only = Device::with(|settings| settings.zek_encryption = ZekEncryption::Ascii);
    let encrypt = Purpose { mode: b'E', ..DEK };
    let decrypt = Purpose { mode: b'D', ..DEK };
    let pin = Purpose::new(*b"001", *b"72");
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for (source, destination, code_) in [
            (DEK, ZEK, "00"),
            (decrypt, encrypt, "00"),
            (encrypt, DEK, "A8"),
            (DEK, decrypt, "A8"),
            (pin, DEK, "A6"),
            (DEK, pin, "A6"),
        ] {
            let (source, destination) = (key(on, source, CLEAR), key(on, destination, CLEAR));
            let reply = device.ask(on, &format!("M4000011{source}{destination}0010{:016}", 0));
            assert_eq!(code(&reply), code_, "{on:?} {source} {destination}");
        }
    }
    for (source, destination, code_) in
        [(DEK, DEK, "00"), (ZEK, DEK, "35"), (DEK, TEK, "35"), (TEK, ZEK, "35")]
    {
        let (source, destination) =
            (key(On::Variant, source, CLEAR), key(On::Variant, destination, CLEAR));
        let reply =
            text_only.ask(On::Variant, &format!("M4000011{source}{destination}0010{:016}", 0));
        assert_eq!(code(&reply), code_, "{source} {destination}");
    }
}

#[test]
fn longest_data_to_translate() {
    let device = Device::with(|_| {});
    let (zek, dek) = (key(On::Variant, ZEK, CLEAR), key(On::Variant, DEK, CLEAR));
    let data = "0123456789ABCDEF".repeat(2_000);
    let reply = device.ask(On::Variant, &format!("M4000011{zek}{dek}7D00{data}"));
    assert_eq!(reply, format!("M5007D00{data}"));
}

#[test]
fn single_blocks_under_a_tak() {
    let device = Device::with(|_| {});
    let purpose = |mode| Purpose { mode, ..Purpose::new(*b"003", *b"M3") };
    for (on, mode, encrypts, decrypts) in [
        (On::Variant, b'N', "00", "00"),
        (On::KeyBlock, b'N', "00", "00"),
        (On::AesKeyBlock, b'N', "00", "00"),
        (On::KeyBlock, b'C', "A8", "A8"),
        (On::KeyBlock, b'G', "A8", "A8"),
        (On::KeyBlock, b'V', "A8", "A8"),
    ] {
        let key = sealed(on, purpose(mode), CLEAR);
        let reply = device.ask(on, &format!("HE{key}0123456789ABCDEF"));
        assert_eq!(code(&reply), encrypts, "{on:?} {mode}");
        if encrypts == "00" {
            // By an independent program.
            assert_eq!(reply, "HF001A4D672DCA6CB335");
        }
        let reply = device.ask(on, &format!("HG{key}1A4D672DCA6CB335"));
        assert_eq!(code(&reply), decrypts, "{on:?} {mode}");
        if decrypts == "00" {
            assert_eq!(reply, "HH000123456789ABCDEF");
        }
    }
    let (tak, dek) = (sealed(On::Variant, purpose(b'N'), CLEAR), sealed(On::Variant, DEK, CLEAR));
    for (fields, expected) in [
        (format!("{dek}0123456789ABCDEF"), "10"),
        (format!("{tak}0123456789ABCDE"), "15"),
        (format!("{tak}0123456789abcdef"), "15"),
        (format!("{tak}0123456789ABCDEF0"), "15"),
        (format!("{tak}0123456789ABCDEF%01"), "13"),
        (sealed(On::KeyBlock, purpose(b'N'), CLEAR) + "0123456789ABCDEF", "A1"),
    ] {
        for name in ["HE", "HG"] {
            assert_eq!(code(&device.ask(On::Variant, &format!("{name}{fields}"))), expected);
        }
    }
    let dek = sealed(On::KeyBlock, DEK, CLEAR);
    assert_eq!(device.ask(On::KeyBlock, &format!("HE{dek}0123456789ABCDEF")), "HFA6");
}
