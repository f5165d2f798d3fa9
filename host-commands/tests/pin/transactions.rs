//! Transactions: kinds of base derivation keys, serial numbers, MACs.

use crypto::{
    Algorithm, BlockCipher, ClearKey, dukpt,
    mac::{Chain, Padding},
};

use crate::{
    device::{On, Purpose, sealed},
    table::{ACCOUNT, BDK, Desk, KSN, field, under_transaction},
};

#[test]
fn flags_name_the_kind_of_a_bdk() {
    let desk = Desk::new(On::Variant);
    for (flag, key_type, fits) in [
        ("", *b"009", true),
        ("*", *b"009", true),
        ("~", *b"609", true),
        ("!", *b"909", true),
        ("", *b"609", false),
        ("~", *b"909", false),
        ("!", *b"809", false),
    ] {
        let bdk = sealed(On::Variant, Purpose::new(key_type, *b"B0"), BDK);
        let bdk = format!("{flag}{bdk}");
        for code in ["G0", "GO", "GQ", "GU"] {
            let told = desk.told(code, &[("bdk", &bdk)]);
            assert_eq!(told != "10", fits, "{code} {flag} {}", key_type.escape_ascii());
        }
        // As a destination a key without a flag is a ZPK.
        if flag.is_empty() {
            continue;
        }
        let destination = format!("{bdk}A05{KSN}");
        let told = desk.told("CA", &[("zpk2", &destination)]);
        assert_eq!(told, if fits { "00" } else { "11" }, "CA {flag}");
    }
}

#[test]
fn key_blocks_name_the_kind_of_a_bdk() {
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let desk = Desk::new(on);
        for usage in [*b"B0", *b"41", *b"42", *b"43"] {
            let bdk = sealed(on, Purpose::new(*b"009", usage), BDK);
            for code in ["G0", "GQ", "GU", "GO"] {
                assert_ne!(desk.told(code, &[("bdk", &bdk)]), "A6", "{code}");
            }
            // The older commands have BDK-1 alone.
            let old = desk.told("CM", &[("bdk", &bdk)]);
            assert_eq!(old, if usage == *b"B0" { "00" } else { "A6" });
            let destination = format!("{bdk}A05{KSN}");
            assert_eq!(desk.told("CA", &[("zpk2", &destination)]), "00");
        }
    }
}

/// Serial numbers of every length that a descriptor may give, and counters from first to last.
#[test]
fn serial_numbers_and_counters() {
    let desk = Desk::new(On::Variant);
    let base = ClearKey::new(Algorithm::Tdes, &hex::decode(BDK).expect("digits")).expect("a key");
    let clear = field("041234", ACCOUNT);
    for (descriptor, serial) in [
        ("A05", "FFFF9876543210E00001"),
        ("A05", "FFFF9876543210FFF800"),
        ("A05", "FFFF9876543210FFFFFF"),
        ("A05", "FFFF9876543210E00000"),
        ("605", "9876543210E00003"),
        // One simulator sends the filling, too.
        ("605", "FFFF9876543210E00003"),
        ("502", "543210E00003"),
        ("805", "129876543210E00003"),
        ("906", "F129876543210E00003F"),
    ] {
        let ksn = dukpt::tdes::Ksn::from_hex(serial.as_bytes()).expect("a serial number");
        let key = dukpt::tdes::derive(&base, &ksn, dukpt::tdes::Usage::Pin).expect("a key");
        let mut block = clear.to_be_bytes();
        key.cipher().expect("a cipher").encrypt_block(&mut block);
        let instead =
            [("ksn", format!("{descriptor}{serial}")), ("dblock", hex::encode_upper(block))];
        let instead = instead.each_ref().map(|(name, text)| (*name, text.as_str()));
        for code in ["G0", "GQ", "GU"] {
            assert_eq!(desk.told(code, &instead), "00", "{code} {descriptor}{serial}");
        }
    }
    for (descriptor, code) in [("000", "15"), ("502", "15"), ("FFF", "15"), ("A0A", "15")] {
        let ksn = format!("{descriptor}{KSN}");
        let told = desk.told("GQ", &[("ksn", &ksn)]);
        // Where the descriptor says another length, what follows is read amiss.
        assert!([code, "22", "23"].contains(&told.as_str()), "{descriptor}: {told}");
    }
}

/// What a command answers in mode 1.
fn answer(desk: &Desk, code: &str, head: &str, tail: &str, instead: &[(&str, &str)]) -> String {
    let message = desk.message(code, instead);
    desk.device.ask(desk.on, &format!("{code}{head}{}{tail}", &message[3..]))
}

#[test]
fn macs_of_transactions() {
    let desk = Desk::new(On::Variant);
    let base = ClearKey::new(Algorithm::Tdes, &hex::decode(BDK).expect("digits")).expect("a key");
    let ksn = dukpt::tdes::Ksn::from_hex(KSN.as_bytes()).expect("a serial number");
    let key = dukpt::tdes::derive(&base, &ksn, dukpt::tdes::Usage::MacRequest).expect("a key");
    let key = key.cipher().expect("a cipher");
    let message = "0200 twenty-two bytes.";
    let mac = Chain::algorithm_3(&key).finish(message.as_bytes(), Padding::Zeros).expect("a MAC");
    let mac = hex::encode_upper(&mac[..8]);
    let [dblock, _] = under_transaction(field("041235", ACCOUNT));
    let wrong_pin = [("dblock", dblock.as_str())];
    for (code, right) in [("GO", "02"), ("GQ", "00"), ("GU", "00")] {
        for (part, mac) in [("1", &mac[..]), ("2", &mac[..8]), ("3", &mac[8..])] {
            let head = format!("1{part}1");
            let tail = format!("{mac}{:04}{message}", message.len());
            let told =
                |tail: &str, instead| answer(&desk, code, &head, tail, instead)[2..].to_owned();
            assert_eq!(told(&tail, &[]), format!("{right}00"), "{code} {part}");
            assert_eq!(told(&tail, &wrong_pin), "0100", "{code} {part}");
            let wrong = format!("{}{}", if mac.starts_with('0') { "1" } else { "0" }, &tail[1..]);
            assert_eq!(told(&wrong, &[]), format!("{right}01"), "{code} {part}");
            assert_eq!(told(&wrong, &wrong_pin), "0101", "{code} {part}");
            assert_eq!(told(&tail.replace("0200", "0201"), &[]), format!("{right}01"), "{code}");
            for (tail, code_of_tail) in [
                (tail.replace(&format!("{:04}", message.len()), "0023"), "80"),
                (tail.replace(&format!("{:04}", message.len()), "0021"), "15"),
                (tail.replace(&format!("{:04}", message.len()), "00A1"), "15"),
                (tail[..mac.len() - 1].to_owned(), "15"),
                (format!("G{}", &tail[1..]), "15"),
            ] {
                assert_eq!(told(&tail, &[]), code_of_tail, "{code} {part} {tail}");
            }
        }
        let tail = format!("{mac}{:04}{message}", message.len());
        for head in ["011", "211", "141", "101", "113", "119"] {
            assert_eq!(&answer(&desk, code, head, &tail, &[])[2..], "15", "{code} {head}");
        }
        // Diebold commands check all that stands before their algorithm.
        assert_eq!(&answer(&desk, "GS", "111", &tail, &[])[2..], "68");
    }
}
