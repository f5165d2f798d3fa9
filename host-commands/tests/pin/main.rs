//! PIN commands: what each refuses, and what the settings make of it.

mod blocks;
mod codes;
#[path = "../device/device.rs"]
mod device;
mod policies;
mod table;
mod transactions;

use bytes::BytesMut;
use device::{On, Purpose, sealed};
use host_commands::LmkPort;
use table::{ACCOUNT, Desk, ROWS, Row, clear, field, key, purpose, under, under_transaction};

const LMKS: [On; 3] = [On::Variant, On::KeyBlock, On::AesKeyBlock];

impl Row {
    /// Whether the message has such a part.
    fn has(&self, part: &str) -> bool {
        self.layout.contains(&format!("{{{part}}}"))
    }

    /// The code of bad parity of a key: 10 for the first key that a message brings, 11 for the others.
    fn parity(&self, part: &str) -> &'static str {
        let place = |part: &str| self.layout.find(&format!("{{{part}}}"));
        let before = ["tpk", "zpk", "bdk"].iter().filter_map(|other| place(other)).min();
        if part == "zpk2" || before < place(part) && before.is_some() { "11" } else { "10" }
    }

    /// The code of a block that holds no PIN.
    fn of_block(&self, code: &'static str) -> &'static str {
        match (self.conceals, self.right) {
            (true, "68") => "68",
            (true, _) => "01",
            _ => code,
        }
    }
}

#[test]
fn messages_with_right_parts_are_answered() {
    for on in LMKS {
        let desk = Desk::new(on);
        for row in ROWS {
            assert_eq!(desk.told(row.code, &[]), row.right, "{} {on:?}", row.code);
        }
    }
}

/// With a warm key type, and an excluded PIN table in the message where one may stand.
#[test]
fn commands_do_not_allocate() {
    for on in LMKS {
        let desk = Desk::new(on);
        let mut out = BytesMut::with_capacity(64 * 1024);
        for row in ROWS {
            let message = desk.message(row.code, &[("excluded", "*020400001235")]);
            let mut ask = || {
                out.clear();
                desk.device.answer(LmkPort::Only(on as u8), message.as_bytes(), &mut out);
            };
            ask();
            let used = allocation_counter::measure(&mut ask);
            assert_eq!(used.count_total, 0, "{} {on:?}", row.code);
        }
    }
}

/// Fields that are malformed or contradict each other, each in every command that has it.
#[test]
fn malformed_fields() {
    for on in LMKS {
        let desk = Desk::new(on);
        for (part, text, code) in [
            ("clear", "123FFFFFFFFFF", "24"),
            ("clear", "12A4FFFFFFFFF", "15"),
            ("clear", "1234FF5FFFFFF", "15"),
            ("account", "00012345678A", "22"),
            ("account", "            ", "22"),
            ("account2", "98765432101A", "22"),
            ("maximum", "11", "15"),
            ("maximum", "1A", "15"),
            ("format", "00", "23"),
            ("format", "46", "23"),
            ("format", "99", "23"),
            ("format", "0A", "23"),
            ("format2", "00", "23"),
            ("format2", "99", "23"),
            ("check", "00", "15"),
            ("check", "03", "15"),
            ("check", "13", "15"),
            ("check", "0A", "15"),
            ("data", "55000N02532N", "15"),
            ("data", "550000025321", "15"),
            ("data", "55000N02532G", "15"),
            ("data", "P0123456789ABCDEG", "15"),
            ("offset", "12A4FFFFFFFF", "15"),
            ("offset", "12F4FFFFFFFF", "15"),
            ("pvki", "A", "15"),
            ("pvv", "12A4", "15"),
            ("ksn", "G05FFFF9876543210E00003", "15"),
            ("ksn", "A05FFFF9876543210E0000G", "15"),
            ("ksn", "002FFFF987", "15"),
            ("ksn", "FFFFFFF9876543210E00003", "15"),
            ("diebold", "X10001", "15"),
            ("diebold", "K10G01", "15"),
            ("diebold", "K1000G", "15"),
            ("diebold", "K20001", "12"),
            ("diebold", "KFF001", "12"),
            ("diebold", "K10101", "12"),
            ("ddata", "FFFF5022654000NN", "15"),
            ("ddata", "FFFF50226540001G", "15"),
            ("doffset", "00A0", "15"),
            ("excluded", "*0204123400", "03"),
            ("excluded", "*010412345", "03"),
            ("excluded", "*0", "15"),
            ("excluded", "*01A41234", "03"),
        ] {
            for row in ROWS.iter().filter(|row| row.has(part)) {
                let told = desk.told(row.code, &[(part, text)]);
                // The errors of JA leave out that of the account number.
                let code = if row.code == "JA" && part == "account" { "15" } else { code };
                assert_eq!(told, code, "{} {part} {text} {on:?}", row.code);
            }
        }
    }
}

#[test]
fn keys_with_bad_parity_and_of_other_types() {
    let desk = Desk::new(On::Variant);
    for part in ["tpk", "zpk", "zpk2", "pvk", "pvks", "bdk"] {
        let right = &desk.parts[part];
        let garbled =
            right[..right.len() - 1].to_owned() + if right.ends_with('0') { "1" } else { "0" };
        let other = if part == "bdk" { *b"001" } else { *b"009" };
        let other = sealed(On::Variant, Purpose::new(other, *b"B0"), clear(part));
        let halves = key(On::Variant, part, &clear(part)[..16].repeat(2));
        for row in ROWS.iter().filter(|row| row.has(part)) {
            let name = row.code;
            assert_eq!(desk.told(name, &[(part, &garbled)]), row.parity(part), "{name} {part}");
            assert_eq!(desk.told(name, &[(part, &other)]), row.parity(part), "{name} {part} type");
            assert_eq!(desk.told(name, &[(part, &halves)]), "75", "{name} {part} halves");
            let stored = desk.told(name, &[(part, "UK777")]);
            assert_eq!(stored, "12", "{name} {part} in user storage");
        }
    }
}

#[test]
fn keys_of_the_wrong_length() {
    let desk = Desk::new(On::Variant);
    let triple = format!("{}{}", table::BDK, &table::ZPK[..16]);
    for (part, single_fits, triple_fits) in [
        ("tpk", true, true),
        ("zpk", true, true),
        ("pvk", true, true),
        ("pvks", false, false),
        ("bdk", false, true),
    ] {
        let single = format!("Z{}", key(On::Variant, part, &clear(part)[..16]));
        let triple = key(On::Variant, part, &triple);
        for row in ROWS.iter().filter(|row| row.has(part)) {
            let told = desk.told(row.code, &[(part, &single)]);
            assert_eq!(told != "27", single_fits, "{} {part}, single length: {told}", row.code);
            let told = desk.told(row.code, &[(part, &triple)]);
            // Single-length DUKPT has base derivation keys of double length alone.
            let fits = triple_fits && !row.has("sblock");
            assert_eq!(
                told != "27",
                fits || part != "bdk" && triple_fits,
                "{} {part}, triple",
                row.code
            );
        }
    }
    let strict = Desk::with(On::Variant, |settings| settings.single_des = false);
    let pvk = key(On::Variant, "pvk", &clear("pvk")[..16]);
    for row in ROWS.iter().filter(|row| row.has("pvk")) {
        assert_eq!(
            strict.told(row.code, &[("pvk", &pvk)]),
            "27",
            "{} without single DES",
            row.code
        );
    }
}

/// A PVK of single length is right and needs no warning.
#[test]
fn single_length_pvks_need_no_warning() {
    let mut desk = Desk::new(On::Variant);
    desk.parts.insert("pvk", key(On::Variant, "pvk", &clear("pvk")[..16]));
    let offset = desk.ask("BK", &[])[4..].to_owned();
    desk.parts.insert("offset", offset);
    for row in ROWS.iter().filter(|row| row.has("pvk")) {
        assert_eq!(desk.told(row.code, &[]), "00", "{}", row.code);
    }
}

#[test]
fn key_blocks_say_what_they_are_for() {
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let desk = Desk::new(on);
        let foreign = Desk::new(if on == On::KeyBlock { On::AesKeyBlock } else { On::KeyBlock });
        for (part, generic, modes) in [
            ("tpk", b"P0", "BDN"),
            ("zpk", b"P0", "BDN"),
            ("zpk2", b"P0", "BEN"),
            ("pvk", b"V0", ""),
            ("pvks", b"V0", ""),
            ("bdk", b"B0", "XN"),
        ] {
            for row in ROWS.iter().filter(|row| row.has(part)) {
                let told = |purpose: Purpose| {
                    desk.told(row.code, &[(part, &sealed(on, purpose, clear(part)))])
                };
                let own = purpose(part);
                let name = row.code;
                assert_eq!(told(Purpose { usage: *generic, ..own }), row.right, "{name} {part}");
                assert_eq!(told(Purpose { usage: *b"K0", ..own }), "A6", "{name} {part}");
                let modes = match (modes, name) {
                    ("", "CU" | "DU") => "CN",
                    ("", "BK" | "DE" | "DG" | "EE" | "FW") => "CGN",
                    ("", _) => "CVN",
                    (modes, _) => modes,
                };
                for mode in "BCDEGNVX".bytes() {
                    let code = if modes.as_bytes().contains(&mode) { row.right } else { "A8" };
                    assert_eq!(told(Purpose { mode, ..own }), code, "{name} {part} {mode}");
                }
                let other = desk.told(name, &[(part, &foreign.parts[part])]);
                assert_eq!(other, "A2", "{name} {part} under another LMK");
                let variant = key(On::Variant, part, clear(part));
                assert_eq!(desk.told(name, &[(part, &variant)]), "A1", "{name} {part} in no block");
            }
        }
    }
}

/// Blocks without a PIN, and PINs of 0 to 3 and 13 to 15 digits.
#[test]
fn blocks_without_a_pin() {
    let desk = Desk::new(On::Variant);
    let mut fields = vec![
        (field("141234", ACCOUNT), "20"),
        (field("04123A", ACCOUNT), "20"),
        (field("0412345", ACCOUNT), "20"),
        (field("041234FFFFFFFFF0", ACCOUNT), "20"),
        (field("041234", "000123456780"), "20"),
        (0x9876_5432_10FE_DCBA, "20"),
    ];
    for length in (0..=3).chain(13..=15) {
        let text = format!("0{length:X}{}", &"123412341234123"[..length.min(14)]);
        fields.push((field(&text, ACCOUNT), "24"));
    }
    for (block, code) in fields {
        let [dblock, sblock] = under_transaction(block);
        for (part, text) in [
            ("tblock", under(table::TPK, block)),
            ("zblock", under(table::ZPK, block)),
            ("new", under(table::ZPK, block)),
            ("dblock", dblock),
            ("sblock", sblock),
        ] {
            for row in ROWS.iter().filter(|row| row.has(part)) {
                let told = desk.told(row.code, &[(part, &text)]);
                assert_eq!(told, row.of_block(code), "{} {part} {block:016X}", row.code);
            }
        }
    }
}

#[test]
fn wrong_pins_and_values() {
    let desk = Desk::new(On::Variant);
    let wrong = field("041235", ACCOUNT);
    let [dblock, sblock] = under_transaction(wrong);
    let blocks = [
        ("tblock", under(table::TPK, wrong)),
        ("zblock", under(table::ZPK, wrong)),
        ("dblock", dblock),
        ("sblock", sblock),
    ];
    let verifies = |row: &&Row| {
        row.right != "68"
            && (row.has("offset") && row.code != "EE"
                || row.has("pvv")
                || row.code.starts_with(['B', 'C', 'G']) && row.has("pin"))
    };
    let mut count = 0;
    for row in ROWS.iter().filter(verifies) {
        for (part, block) in blocks.iter().filter(|(part, _)| row.has(part)) {
            assert_eq!(desk.told(row.code, &[(part, block)]), "01", "{} {part}", row.code);
            count += 1;
        }
        for (part, at) in [("offset", 3), ("pvv", 3)] {
            if row.has(part) {
                let mut text = desk.parts[part].clone();
                let digit = if &text[at..=at] == "0" { "1" } else { "0" };
                text.replace_range(at..=at, digit);
                assert_eq!(desk.told(row.code, &[(part, &text)]), "01", "{} {part}", row.code);
            }
        }
        let short = [("offset", "12FFFFFFFFFF")];
        if row.has("offset") {
            assert_eq!(desk.told(row.code, &short), "01", "{} short offset", row.code);
        }
        // A check length that is longer than the PIN.
        if row.has("check") {
            let code = if row.conceals { "01" } else { "24" };
            assert_eq!(desk.told(row.code, &[("check", "05")]), code, "{}", row.code);
        }
    }
    assert!(count >= 14, "only {count} commands verify PINs");
    for code in ["BK", "DE"] {
        assert_eq!(desk.told(code, &[("check", "05")]), "24", "{code}");
    }
    assert_eq!(desk.told("EE", &[("check", "05")]), "81");
}

#[test]
fn decimalisation_tables() {
    let plain = appliance::DecimalisationTables::Plain;
    let encrypted = Desk::new(On::Variant);
    let in_clear = Desk::with(On::AesKeyBlock, |settings| settings.decimalisation_tables = plain);
    let unchecked = Desk::with(On::AesKeyBlock, |settings| {
        settings.decimalisation_tables = plain;
        settings.decimalisation_table_checks = false;
    });
    for row in ROWS.iter().filter(|row| row.has("table")) {
        for (desk, table, code) in [
            // It decrypts to something else than sixteen decimal digits.
            (&encrypted, "0123456789012345", "25"),
            // One digit only, and seven different ones: published under the test LMK.
            (&encrypted, "B4145C9C6C58BCD1", "25"),
            (&encrypted, "FD64FC3FAD504BBG", "15"),
            (&encrypted, "K777", "12"),
            (&in_clear, "012345678901234A", "25"),
            (&in_clear, "0000111122223333", "25"),
            (&in_clear, "0000011123456789", "25"),
        ] {
            let told = desk.told(row.code, &[("table", table)]);
            assert_eq!(told, code, "{} {table}", row.code);
        }
        let told = unchecked.told(row.code, &[("table", "0000111122223333")]);
        assert!(["01", row.right].contains(&told.as_str()), "{}: {told}", row.code);
    }
}

#[test]
fn pins_under_the_lmk() {
    for on in LMKS {
        let desk = Desk::new(on);
        let right = &desk.parts["pin"];
        let tagged = "J0123456789ABCDEF0123456789ABCDEF";
        // PINs that are none: those in which JG finds nothing.
        let spoiled = (0..100).map(|number| match on {
            On::AesKeyBlock => format!("{}{number:02}", &right[..31]),
            _ => format!("{}{number:02}", &right[..11]),
        });
        let none = spoiled.into_iter().find(|pin| desk.told("JG", &[("pin", pin)]) == "14");
        let none = none.expect("one of a hundred is no PIN");
        for row in ROWS.iter().filter(|row| row.has("pin")) {
            assert_eq!(desk.told(row.code, &[("pin", &none)]), "14", "{} {on:?}", row.code);
            let code = if on == On::AesKeyBlock { "14" } else { "46" };
            assert_eq!(desk.told(row.code, &[("pin", tagged)]), code, "{} {on:?}", row.code);
            let untagged = if on == On::AesKeyBlock { "0123456789012" } else { "012345678901A" };
            let code = if on == On::AesKeyBlock { "46" } else { "15" };
            assert_eq!(desk.told(row.code, &[("pin", untagged)]), code, "{} {on:?}", row.code);
        }
    }
}
