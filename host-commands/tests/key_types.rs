//! What may happen to a key of a type: `A0`, `A6` and `A8` obey the one table.

#[path = "device/device.rs"]
mod device;

use appliance::{Authorisations, Category};
use device::{Device, On, Purpose, sealed};
use vault::{KeyType, KeyTypes, Permission};

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const ZMK: Purpose = Purpose::new(*b"000", *b"K0");

fn device(types: KeyTypes, authorised: Authorisations) -> Device {
    Device::in_state(|state| {
        state.settings.key_type_002_separation = types == KeyTypes::Separated;
        state.authorised = authorised;
    })
}

/// What a command answers that needs these permissions of the row of a key type, where nothing is authorised
/// or everything.
fn expected(permissions: &[Permission], everything: bool) -> &'static str {
    if !everything && permissions.contains(&Permission::Authorised) {
        "17"
    } else if permissions.contains(&Permission::No) {
        "29"
    } else {
        "00"
    }
}

#[test]
fn every_key_type_permits_what_its_row_says() {
    let zmk = sealed(On::Variant, ZMK, CLEAR);
    let wrapped = "U7E3A1C5D9B8F20461E2D3C4B5A697887";
    for types in [KeyTypes::Standard, KeyTypes::Separated] {
        let devices = [Authorisations::default(), Authorisations::everything()].map(|authorised| {
            (authorised == Authorisations::everything(), device(types, authorised))
        });
        let mut known = 0;
        for code in (0..=0xFFF).map(|code| format!("{code:03X}")) {
            let row: Option<&KeyType> = types.find(*code.as_bytes().as_array().expect("digits"));
            known += usize::from(row.is_some());
            let key = row.map_or_else(
                || zmk.clone(),
                |row| sealed(On::Variant, Purpose::new(row.code, *b"P0"), CLEAR),
            );
            for (message, asked) in [
                (format!("A00{code}U"), row.map(|row| vec![row.generate])),
                (format!("A01{code}U;0{zmk}U"), row.map(|row| vec![row.generate, row.export])),
                (format!("A6{code}{zmk}{wrapped}U"), row.map(|row| vec![row.import])),
                (format!("A8{code}{zmk}{key}U"), row.map(|row| vec![row.export])),
            ] {
                for (everything, device) in &devices {
                    let expected =
                        asked.as_ref().map_or("04", |asked| expected(asked, *everything));
                    let reply = device.ask(On::Variant, &message);
                    // The parity of a key of any digits is wrong: A6 mends it and says so.
                    let warning = if message.starts_with("A6") { "01" } else { "00" };
                    let code = if &reply[2..4] == warning { "00" } else { &reply[2..4] };
                    assert_eq!(code, expected, "{types:?} {everything} {message}: {reply}");
                }
            }
        }
        assert_eq!(known, types.iter().count());
    }
}

/// The activity that a command asks for is that of the key type, and no other.
#[test]
fn activities_are_asked_for_by_key_type() {
    let zmk = sealed(On::Variant, ZMK, CLEAR);
    let zpk = sealed(On::Variant, Purpose::new(*b"001", *b"P0"), CLEAR);
    let key_types = ["000", "001", "002", "109"];
    for (category, message, key_type) in [
        (Category::Generate, "A00000U".to_owned(), "000"),
        (Category::Export, format!("A01001U;0{zmk}U"), "001"),
        (Category::Export, format!("A8001{zmk}{zpk}U"), "001"),
    ] {
        for sub in key_types {
            let mut authorised = Authorisations::default();
            authorised.authorise(category, sub);
            let reply = device(KeyTypes::Standard, authorised).ask(On::Variant, &message);
            let expected = if sub == key_type { "00" } else { "17" };
            assert_eq!(&reply[2..4], expected, "{category:?} {sub} {message}");
        }
    }
}

/// Where terminal keys have types of their own, a TMK that carries a key is one of 80D.
#[test]
fn a_tmk_is_of_the_type_that_the_setting_says() {
    let zpk = sealed(On::Variant, Purpose::new(*b"001", *b"P0"), CLEAR);
    for (types, right, wrong) in
        [(KeyTypes::Standard, *b"002", *b"80D"), (KeyTypes::Separated, *b"80D", *b"002")]
    {
        let device = device(types, Authorisations::everything());
        for (key_type, code) in [(right, "00"), (wrong, "10")] {
            let tmk = sealed(On::Variant, Purpose::new(key_type, *b"51"), CLEAR);
            let reply = device.ask(On::Variant, &format!("A8001;1{tmk}{zpk}U"));
            assert_eq!(&reply[2..4], code, "{types:?} {reply}");
        }
    }
}
