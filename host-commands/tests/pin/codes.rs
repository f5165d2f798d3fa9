//! Every error code that a PIN command says is its own is answered to some message.

use std::collections::{BTreeMap, BTreeSet};

use host_commands::{COMMANDS, FAMILIES};

use crate::{
    LMKS,
    device::On,
    table::{ACCOUNT, Desk, ROWS, TPK, ZPK, clear, field, key, under, under_transaction},
};

/// Commands that other tests are about: they change settings, or need others.
const ELSEWHERE: [&str; 2] = ["BM", "BQ"];

/// Codes that no message is answered by.
const UNREACHED: [(&str, &str, &str); 5] = [
    ("BA", "20", "the field takes digits and filling alone"),
    ("DG", "24", "a PIN under the LMK has four digits at least"),
    ("JA", "22", "the field takes digits alone"),
    ("JG", "20", "manuals name it, but no PIN block comes in"),
    ("QK", "24", "what came out of the LMK fits there again"),
];

/// What may be wrong with a part of a message.
fn troubles(desk: &Desk) -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = [
        ("clear", "123FFFFFFFFFF"),
        ("clear", "12A4FFFFFFFFF"),
        ("account", "00012345678A"),
        ("account2", "98765432101A"),
        ("format", "99"),
        ("format2", "99"),
        ("check", "03"),
        ("check", "05"),
        ("pvv", "0000"),
        ("offset", "0000FFFFFFFF"),
        ("table", "0123456789012345"),
        ("table", "0000111122223333"),
        ("diebold", "K20001"),
        ("excluded", "*01041234"),
        ("excluded", "*010512345"),
        ("excluded", "*0103123"),
        ("excluded", "*0204123400"),
        ("pin", "J0123456789ABCDEF0123456789ABCDEF"),
        ("pin", "0123456789012"),
    ]
    .map(|(part, text)| (part, text.to_owned()))
    .to_vec();
    for text in ["041235", "04123A", "031234"] {
        let block = field(text, ACCOUNT);
        let [dblock, sblock] = under_transaction(block);
        let blocks = [("tblock", TPK), ("zblock", ZPK), ("new", ZPK)];
        all.extend(blocks.map(|(part, key)| (part, under(key, block))));
        all.extend([("dblock", dblock), ("sblock", sblock)]);
    }
    if desk.on == On::Variant {
        for part in ["tpk", "zpk", "zpk2", "pvk", "pvks", "bdk"] {
            let right = &desk.parts[part];
            let end = if right.ends_with('0') { "1" } else { "0" };
            all.push((part, format!("{}{end}", &right[..right.len() - 1])));
            all.push((part, format!("Z{}", key(On::Variant, part, &clear(part)[..16]))));
        }
    }
    all
}

#[test]
fn declared_codes_are_answered() {
    let mut told: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for on in LMKS {
        let desk = Desk::new(on);
        let mut off = Desk::with(on, |settings| settings.pin_block_formats.clear());
        off.parts.clone_from(&desk.parts);
        let mut short = Desk::with(on, |settings| {
            settings.pin_length = appliance::PinLength::try_from(4).expect("4 to 12");
        });
        short.parts.clone_from(&desk.parts);
        let weak = Desk::with(on, |settings| {
            settings.weak_pin_checking = true;
            settings.excluded_pins = (0..10_000).map(|pin| format!("{pin:04}")).collect();
        });
        let long = field("071234567", ACCOUNT);
        let [zblock, tblock] = [ZPK, TPK].map(|key| under(key, long));
        let pin = desk.ask("JE", &[("zblock", &zblock)])[4..].to_owned();
        let spoiled = Desk::new(on);
        assert_eq!(spoiled.device.ask(on, "LAK100010000000000000000"), "LB00");
        let troubles = troubles(&desk);
        for row in ROWS {
            let codes = told.entry(row.code).or_default();
            let parts = troubles.iter().filter(|(part, _)| row.has(part));
            codes.extend(parts.map(|(part, text)| desk.told(row.code, &[(part, text)])));
            codes.insert(desk.told(row.code, &[]));
            codes.insert(off.told(row.code, &[]));
            codes.insert(spoiled.told(row.code, &[]));
            let longer: [&[(&str, &str)]; 4] = [
                &[("zblock", &zblock)],
                &[("tblock", &tblock)],
                &[("check", "05"), ("offset", "00000FFFFFFF")],
                &[("excluded", "05")],
            ];
            codes.extend(longer.map(|instead| short.told(row.code, instead)));
            codes.insert(desk.told(row.code, &[("pin", &pin), ("format2", "02")]));
        }
        told.entry("JA").or_default().insert(weak.told("JA", &[]));
    }
    let of_pins = COMMANDS.iter().zip(FAMILIES).filter(|(_, family)| **family == "pin");
    let mut missing = Vec::new();
    for (entry, _) in of_pins {
        let name = std::str::from_utf8(&entry.spec.code).expect("codes are ASCII");
        if ELSEWHERE.contains(&name) {
            continue;
        }
        let told = told.get(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        for (code, meaning) in entry.spec.errors {
            let code = String::from_utf8_lossy(&code.0).into_owned();
            let is_unreached = UNREACHED.iter().any(|known| (known.0, known.1) == (name, &*code));
            if told.contains(&code) == is_unreached {
                missing.push(format!("{name} {code} {meaning}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
