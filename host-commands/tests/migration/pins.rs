//! PINs and decimalisation tables.

use appliance::{KeyChange, PinEncryptionAlgorithm};
use crypto::pin::{Pin, verification::DecimalisationTable};
use vault::{
    LmkKind,
    lmk::{PinAlgorithm, PinForm, SealedTable},
};

use crate::device::*;

#[test]
fn pins_get_the_length_that_is_set_now() {
    let algorithms = [
        (PinAlgorithm::A, PinEncryptionAlgorithm::A),
        (PinAlgorithm::B, PinEncryptionAlgorithm::B),
    ];
    let source = Source::new();
    let mut moved = 0;
    for way in WAYS {
        let [old, new] = way.map(lmk);
        for (algorithm, setting) in algorithms {
            for now in [4_u8, 7, 12] {
                let device = Device::new(way, KeyChange::Old, |settings| {
                    settings.pin_length = now.try_into().expect("a PIN length");
                    settings.pin_encryption_algorithm = setting;
                });
                for before in 5..=13 {
                    let form = PinForm { algorithm, length: before };
                    let pin = Pin::random(before - 1, &mut source.generator()).expect("a length");
                    let sealed = old.seal_pin(&pin, ACCOUNT.as_bytes(), form).expect("a PIN");
                    let text = sealed.as_bytes().escape_ascii();
                    let message = format!("BG{ACCOUNT}{text}");
                    if pin.len() > now.into() && new.kind() != LmkKind::AesKeyBlock {
                        assert_eq!(device.ask(&message), "BH24", "{message}");
                        continue;
                    }
                    let form = PinForm { algorithm, length: usize::from(now) + 1 };
                    for message in
                        [message.clone(), format!("{message}%05"), message + "\x19trailer"]
                    {
                        let reply = device.ask(&message);
                        let reply = reply.strip_suffix("\x19trailer").unwrap_or(&reply);
                        let got = reply.strip_prefix("BH00").expect("it is moved");
                        assert_eq!(got.len(), new.pin_length(form));
                        let opened = new.open_pin(got.as_bytes(), ACCOUNT.as_bytes(), form);
                        assert!(opened.is_ok_and(|opened| opened == pin), "{message}");
                    }
                    moved += 1;
                }
            }
        }
    }
    assert!(moved > 100, "only {moved}");
}

#[test]
fn tables_stay_the_same() {
    for way in WAYS {
        let [old, new] = way.map(lmk);
        for (digits, checks, expected) in [
            (b"0123456789012345", true, "00"),
            (b"9876543210123456", true, "00"),
            (b"0123456701234567", true, "00"),
            (b"0000012345670123", true, "25"),
            (b"0123456012345601", true, "25"),
            (b"0000000000000000", false, "00"),
        ] {
            for side in SIDES {
                let device = Device::new(way, side, |settings| {
                    settings.decimalisation_table_checks = checks;
                });
                let table = DecimalisationTable::parse(digits).expect("a table");
                let text = |sealed: SealedTable| sealed.as_bytes().escape_ascii().to_string();
                let moved = text(new.seal_decimalisation_table(&table));
                let reply =
                    device.ask(&format!("LO{}", text(old.seal_decimalisation_table(&table))));
                let moved = if expected == "00" { &moved } else { "" };
                assert_eq!(reply, format!("LP{expected}{moved}"), "{way:?}");
            }
        }
    }
}
