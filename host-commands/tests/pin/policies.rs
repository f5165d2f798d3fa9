//! Settings that decide about PINs: lengths, weak PINs, other account numbers, algorithms, fraud detection.

use appliance::{Category, PinEncryptionAlgorithm, PinLength, Settings};

use crate::{
    device::{Device, On},
    table::{ACCOUNT, Desk, ROWS, ZPK, field, under},
};

/// The PIN of a block under the ZPK for the standard account number.
fn block(pin: &str) -> String {
    under(ZPK, field(&format!("0{:X}{pin}", pin.len()), ACCOUNT))
}

#[test]
fn the_pin_length_setting_bounds_pins_under_the_lmk() {
    for digits in 4..=12 {
        let desk = Desk::with(On::Variant, |settings| {
            settings.pin_length = PinLength::try_from(digits).expect("4 to 12");
        });
        let digits = usize::from(digits);
        for length in 4..=12 {
            let pin = &"123456789012"[..length];
            let reply = desk.ask("JE", &[("zblock", &block(pin))]);
            if length > digits {
                assert_eq!(&reply[2..], "24", "{length} of {digits}");
                continue;
            }
            assert_eq!(reply.len(), 4 + digits + 1, "{length} of {digits}");
            assert_eq!(
                desk.ask("JG", &[("pin", &reply[4..])])[4..],
                block(pin),
                "{length} of {digits}"
            );
        }
    }
}

#[test]
fn random_pins_have_the_length_that_is_asked_for() {
    let desk = Desk::new(On::Variant);
    for length in 4..=12 {
        let pin = desk.device.ask(On::Variant, &format!("JA{ACCOUNT}{length:02}"));
        let sealed = desk.ask("JG", &[("pin", &pin[4..])]);
        let reply = desk.ask("CC", &[("zblock", &sealed[4..])]);
        assert_eq!(reply[4..6], format!("{length:02}"));
    }
    let four = Desk::with(On::Variant, |settings| {
        settings.pin_length = PinLength::try_from(4).expect("4 to 12");
    });
    for (length, code) in [("03", "15"), ("13", "15"), ("05", "24"), ("04", "00")] {
        let reply = four.device.ask(On::Variant, &format!("JA{ACCOUNT}{length}"));
        assert_eq!(&reply[2..4], code, "{length}");
    }
    // Of ten thousand PINs, those that are not excluded.
    let all: Vec<String> = (0..99).map(|pin| format!("{pin:04}")).collect();
    let reply = desk.device.ask(On::Variant, &format!("JA{ACCOUNT}04*9904{}", all.concat()));
    assert_eq!(&reply[2..4], "00");
    let reply = desk.device.ask(On::Variant, &format!("JA{ACCOUNT}05*0104{}", "1234"));
    assert_eq!(&reply[2..4], "81");
}

#[test]
fn offsets_are_as_long_as_the_setting_says() {
    let long = block("135790");
    for (is_variable, length) in [(false, 4), (true, 6)] {
        let desk = Desk::with(On::Variant, |settings| {
            settings.variable_length_pin_offset = is_variable;
        });
        let reply = desk.ask("BK", &[("zblock", &long)]);
        assert_eq!(reply[4..].trim_end_matches('F').len(), length, "{reply}");
        let offset = &reply[4..];
        let verify = |pin: &str, offset: &str| {
            desk.told("EA", &[("zblock", &block(pin)), ("offset", offset)])
        };
        assert_eq!(verify("135790", offset), "02");
        assert_eq!(verify("135791", offset), if is_variable { "01" } else { "02" });
        assert_eq!(verify("135690", offset), "01");
        assert_eq!(verify("1357", offset), if is_variable { "01" } else { "02" });
        let changed = desk.ask("DU", &[("new", &long)]);
        assert_eq!(changed[4..], *offset);
        let pin = desk.ask("JE", &[("zblock", &long)]);
        assert_eq!(desk.ask("DE", &[("pin", &pin[4..])])[4..], *offset);
    }
}

/// Commands in which a PIN is chosen, and the part that holds it.
const CHOOSE: [(&str, &str); 6] = [
    ("BK", "zblock"),
    ("FW", "zblock"),
    ("CU", "new"),
    ("DU", "new"),
    ("DE", "pin"),
    ("DG", "pin"),
];

#[test]
fn pins_that_a_message_excludes() {
    let desk = Desk::new(On::Variant);
    let most = format!("*9904{}", "1111".repeat(99));
    for (excluded, code) in [
        ("*01041234", "86"),
        ("*030400001234", "03"),
        ("*0304000011111234", "86"),
        ("*020400001235", "right"),
        ("*0004", "right"),
        ("*0000", "81"),
        ("*010512345", "81"),
        ("*0103123", "81"),
        (&most, "right"),
    ] {
        for (name, _) in CHOOSE {
            let row = ROWS.iter().find(|row| row.code == name).expect("in the table");
            let code = if code == "right" { row.right } else { code };
            assert_eq!(desk.told(name, &[("excluded", excluded)]), code, "{name} {excluded}");
        }
    }
    // Derived PINs, and those of Diebold commands before they answer 68.
    assert_eq!(desk.told("EE", &[("excluded", "*01041234")]), "86");
    assert_eq!(desk.told("CE", &[("excluded", "*01041234")]), "86");
    assert_eq!(desk.told("CE", &[("excluded", "*01041235")]), "68");
}

#[test]
fn the_global_table_counts_where_weak_pins_are_checked() {
    let on = Desk::with(On::Variant, |settings| settings.weak_pin_checking = true);
    let off = Desk::new(On::Variant);
    for desk in [&on, &off] {
        assert_eq!(desk.device.ask(On::Variant, "BM020412340000"), "BN00");
        assert_eq!(desk.device.ask(On::Variant, "BM0106135790"), "BN00");
    }
    for (name, part) in CHOOSE {
        let row = ROWS.iter().find(|row| row.code == name).expect("in the table");
        assert_eq!(on.told(name, &[]), "86", "{name}");
        assert_eq!(off.told(name, &[]), row.right, "{name}");
        let text = if part == "pin" {
            on.ask("JE", &[("zblock", &block("135791"))])[4..].to_owned()
        } else {
            block("135791")
        };
        assert_eq!(on.told(name, &[(part, &text)]), row.right, "{name}");
    }
    assert_eq!(on.told("BK", &[("zblock", &block("135790"))]), "86");
    // The PINs of four digits are replaced, those of six stay.
    assert_eq!(on.device.ask(On::Variant, "BM01049999"), "BN00");
    assert_eq!(on.told("BK", &[]), "02");
    assert_eq!(on.told("BK", &[("zblock", &block("135790"))]), "86");
    assert_eq!(on.device.ask(On::Variant, "BM0006"), "BN00");
    assert_eq!(on.told("BK", &[("zblock", &block("135790"))]), "02");
    for (message, code) in [
        ("BM0304123412351", "03"),
        ("BM02041234", "03"),
        ("BM0104123A", "03"),
        ("BM0103123", "15"),
        ("BM01131234567890123", "15"),
        ("BM01", "15"),
    ] {
        assert_eq!(on.device.ask(On::Variant, message), format!("BN{code}"), "{message}");
    }
}

#[test]
fn activities() {
    let algorithm_b = |settings: &mut Settings| {
        settings.pin_encryption_algorithm = PinEncryptionAlgorithm::B;
    };
    for (message, sub) in [("BM0004", "bm"), ("BQ0001234567890123456789012", "bq")] {
        let told = |authorised: &[&str]| {
            let device = Device::in_state(|state| {
                algorithm_b(&mut state.settings);
                state.authorised = appliance::Authorisations::default();
                for sub in authorised {
                    state.authorised.authorise(Category::Command, sub);
                }
            });
            device.ask(On::Variant, message)[2..4].to_owned()
        };
        assert_eq!(told(&[]), "17", "{message}");
        assert_eq!(told(&["oe"]), "17", "{message}");
        assert_ne!(told(&[sub]), "17", "{message}");
    }
}

/// PINs that were sealed by algorithm A are read by BQ alone once B is set.
#[test]
fn pins_move_from_algorithm_a_to_b() {
    let a = Desk::new(On::Variant);
    let b = Desk::with(On::Variant, |settings| {
        settings.pin_encryption_algorithm = PinEncryptionAlgorithm::B;
    });
    assert_eq!(a.device.ask(On::Variant, &format!("BQ{ACCOUNT}{}", a.parts["pin"])), "BR17");
    for pin in ["1234", "135790", "123456789012"] {
        let old = a.ask("JE", &[("zblock", &block(pin))])[4..].to_owned();
        let reply = b.device.ask(On::Variant, &format!("BQ{ACCOUNT}{old}"));
        assert_eq!(&reply[..4], "BR00", "{pin}");
        assert_eq!(reply[4..], b.ask("JE", &[("zblock", &block(pin))])[4..], "{pin}");
        assert_eq!(b.ask("JG", &[("pin", &reply[4..])])[4..], block(pin), "{pin}");
    }
    let old = &a.parts["pin"];
    for (message, code) in [
        (format!("BQ{ACCOUNT}A{}", &old[1..]), "15"),
        (format!("BQ00012345678A{old}"), "22"),
        (format!("BQ{ACCOUNT}{}", &old[1..]), "15"),
        (format!("BQ{ACCOUNT}J0123456789ABCDEF0123456789ABCDEF"), "46"),
    ] {
        assert_eq!(b.device.ask(On::Variant, &message), format!("BR{code}"), "{message}");
    }
    let aes = b.device.ask(On::AesKeyBlock, &format!("BQ{ACCOUNT}{old}"));
    assert_eq!(aes, "BR46");
}

#[test]
fn account_numbers_change_where_the_settings_allow_it() {
    for on in crate::LMKS {
        let desk = Desk::new(on);
        let moved = desk.ask("QK", &[]);
        let account2 = desk.parts["account2"].clone();
        let out = desk.ask("JG", &[("pin", &moved[4..]), ("account", &account2)]);
        assert_eq!(out[4..], under(ZPK, field("041234", &account2)), "{on:?}");
        let closed = Desk::with(on, |settings| settings.account_translation = false);
        assert_eq!(closed.told("QK", &[]), "17", "{on:?}");
        // Whole account numbers are bound by the same digits.
        let whole = [("account", "0001234567897;"), ("account2", "9876543210125;")];
        assert_eq!(desk.ask("QK", &whole), moved, "{on:?}");
    }
}

/// Limits of three failures in a minute, and of two attacks.
fn guarded(change: impl FnOnce(&mut Settings)) -> Desk {
    Desk::with(On::Variant, |settings| {
        settings.fraud_detection.enabled = true;
        settings.fraud_detection.failures_per_minute = 3;
        settings.fraud_detection.attacks = 2;
        change(settings);
    })
}

#[test]
fn failed_verifications_stop_all_verification() {
    let wrong = block("1235");
    for limits_hour in [false, true] {
        let desk = guarded(|settings| {
            if limits_hour {
                settings.fraud_detection.failures_per_minute = 1_000;
                settings.fraud_detection.failures_per_hour = 3;
            }
        });
        for code in ["EC", "EA", "BE"] {
            assert_eq!(desk.told(code, &[("zblock", &wrong)]), "01");
            assert_ne!(desk.told(code, &[]), "39", "{code}");
        }
        // A translation is no verification, and a key that is refused is no wrong PIN.
        assert_eq!(desk.told("CC", &[("zblock", &wrong)]), "00");
        assert_eq!(desk.told("EC", &[("zpk", &desk.parts["bdk"])]), "10");
        assert_eq!(desk.told("EC", &[]), "00");
        assert_eq!(desk.told("EC", &[("zblock", &wrong)]), "01");
        for row in ROWS {
            let verifies = row.layout.contains("pvv")
                || row.layout.contains("{offset}") && row.code != "EE"
                || row.code.starts_with(['B', 'C', 'G'])
                    && row.layout.contains("{pin}")
                    && row.code != "CE"
                || row.layout.contains("doffset") && row.code != "GA";
            let told = desk.told(row.code, &[]);
            assert_eq!(told == "39", verifies, "{}: {told}", row.code);
        }
        let counts = desk.device.fraud().counts();
        assert_eq!([counts.minutes, counts.hours], if limits_hour { [0, 1] } else { [1, 0] });
        assert!(desk.device.fraud().allow_again());
        assert_eq!(desk.told("EC", &[]), "00");
    }
}

/// Blocks that hold no PIN are attacks, also where they answer as wrong PINs do.
#[test]
fn too_many_attacks_erase_the_lmks() {
    let desk = guarded(|_| {});
    let none = [("zblock", "0123456789ABCDEF"), ("dblock", "0123456789ABCDEF")];
    assert_eq!(desk.told("CC", &none), "20");
    assert_eq!(desk.told("GQ", &none), "01");
    assert_eq!(desk.told("CC", &[]), "00");
    assert_eq!(desk.device.fraud().counts().attacks, 2);
    assert_eq!(desk.told("JE", &none), "20");
    assert!(desk.device.fraud().is_attacked());
    assert_eq!(desk.told("CC", &[]), "13");
    let open = Desk::new(On::Variant);
    for _ in 0..200 {
        assert_eq!(open.told("CC", &none), "20");
    }
    assert_eq!(open.told("CC", &[]), "00");
}
