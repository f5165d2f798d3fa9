//! What is not migrated.

use appliance::{KeyChange, KeyChangeFault, LmkTable, State};
use vault::{KeySize, KeyTypes, LmkId, Protection, Scheme};

use crate::device::*;

/// A message of each command, with a key under this LMK if it is a variant LMK.
fn messages(source: &Source, old: &str) -> Vec<String> {
    let token = |code, usage| {
        if old.contains("variant") {
            source.in_parts(old, code).1
        } else {
            let size = KeySize::of_scheme(Scheme::U);
            source.in_block(old, size, header(usage, size, b'N')).1
        }
    };
    let flag = if old.contains("variant") { "1" } else { "F" };
    vec![
        format!("BWFF{flag}{};001", token(*b"001", *b"72")),
        format!("AA{}", token(*b"002", *b"V2")),
        format!("AC{}", token(*b"003", *b"M1")),
        format!("AY{}", token(*b"402", *b"C0")),
        format!("GE{}", token(*b"000", *b"52")),
        format!("KC{}", token(*b"001", *b"72")),
        format!("BG{ACCOUNT}{}", "0".repeat(13)),
        format!("LO{}", "0".repeat(16)),
    ]
}

#[test]
fn migration_goes_only_one_way() {
    let source = Source::new();
    // Keys in key blocks do not leave them: a variant LMK never comes after one of key blocks.
    for live in [TDES, AES] {
        let mut state = Device::state(live);
        let refused = state.lmks.load_key_change(ID, KeyChange::New, lmk(VARIANT));
        assert_eq!(refused, Err(KeyChangeFault::KeyBlock));
        let mut state = Device::state(VARIANT);
        state.lmks.load_key_change(ID, KeyChange::New, lmk(live)).expect("keys may move there");
        state.lmks.load(ID, lmk(live));
        let device = Device::of(state);
        for message in messages(&source, live) {
            assert_eq!(device.ask(&message)[2..], *"33", "a new LMK empties key change storage");
        }
    }
    // An AES LMK is not followed by a weaker one.
    let device = Device::new([AES, TDES], KeyChange::New, |_| ());
    for message in messages(&source, AES) {
        assert_eq!(device.ask(&message)[2..], *"48", "{message}");
    }
    // The older commands have no attributes for a key block.
    for new in [TDES, AES] {
        let device = Device::new([VARIANT, new], KeyChange::Old, |_| ());
        for message in messages(&source, VARIANT) {
            let expected = match &message[..2] {
                "BW" => "15",
                "BG" | "LO" => continue,
                _ => "44",
            };
            assert_eq!(device.ask(&message)[2..], *expected, "{message}");
        }
    }
}

#[test]
fn without_a_second_lmk_nothing_is_migrated() {
    let source = Source::new();
    for live in [VARIANT, TDES, AES] {
        let device = Device::of(Device::state(live));
        for message in messages(&source, live) {
            assert_eq!(device.ask(&message)[2..], *"33", "{message}");
        }
    }
    let device = Device::of(State { lmks: LmkTable::default(), ..Device::state(VARIANT) });
    for message in messages(&source, VARIANT).into_iter().chain(["BS".to_owned()]) {
        assert_eq!(device.ask(&message)[2..], *"13", "{message}");
    }
}

#[test]
fn key_change_storage_is_erased_for_one_lmk() {
    let mut state = State::development();
    for id in [LmkId(0), LmkId(1)] {
        state.lmks.load(id, lmk(VARIANT));
        state.lmks.load_key_change(id, KeyChange::Old, lmk(OLD_VARIANT)).expect("it fits");
    }
    let device = Device::of(state);
    let source = Source::new();
    let (_, token) = source.in_parts(OLD_VARIANT, *b"001");
    let ask = |id| device.ask(&format!("BW011{token}%{id:02}"))[2..4].to_owned();
    assert_eq!([0, 1].map(ask), ["00", "00"]);
    assert_eq!(device.ask("BS%01"), "BT00");
    assert_eq!([0, 1].map(ask), ["00", "33"]);
    assert_eq!(device.ask("BS%01"), "BT00");
    assert_eq!(device.ask("BS%77"), "BT13");
    assert_eq!(device.ask("BSX"), "BT15");
    assert_eq!(ask(0), "00");
    assert_eq!(device.ask("BS"), "BT00");
    assert_eq!([0, 1].map(ask), ["33", "33"]);
}

#[test]
fn settings_about_des_keys_hold() {
    let source = Source::new();
    let way = [OLD_VARIANT, VARIANT];
    let key_type = KeyTypes::Standard.find(*b"001").expect("a key type");
    let single = source.key(KeySize::of_scheme(Scheme::Z));
    let protection = Protection::Variant { key_type, scheme: Scheme::Z };
    let single = source.sealed(OLD_VARIANT, &single, &protection);
    for (allowed, expected) in [(true, "BX00"), (false, "BX27")] {
        let device = Device::new(way, KeyChange::Old, |settings| settings.single_des = allowed);
        assert_eq!(device.ask(&format!("BW010{single}"))[..4], *expected);
    }
    // The same half twice.
    let half = &single;
    for (prevented, expected) in [(false, "BX00"), (true, "BX75")] {
        let device = Device::new(way, KeyChange::Old, |settings| {
            settings.prevent_single_des_masquerading = prevented;
        });
        assert_eq!(device.ask(&format!("BW011{half}{half}"))[..4], *expected);
        assert_eq!(device.ask(&format!("BW011X{half}{half}"))[..4], *expected);
    }
}
