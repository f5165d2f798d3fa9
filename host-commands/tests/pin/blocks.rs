//! PIN block formats: which may be used where, and which may become which.

use crate::{
    LMKS,
    device::On,
    table::{ACCOUNT, Desk, ROWS, ZPK, field, under},
};

/// The whole account number, and its 18 characters as format 04 has them.
const WHOLE: &str = "4000001234567899";
const EIGHTEEN: &str = "FFF400000123456789";

/// A PIN of four digits in a block of this format under the ZPK, and the account field that goes with it.
fn sealed(format: &str) -> (String, &'static str) {
    let (clear, account) = match format {
        "01" => (field("041234", ACCOUNT), ACCOUNT),
        "02" => (0x4123_4009_9999_9999, ACCOUNT),
        "03" => (0x1234_FFFF_FFFF_FFFF, ACCOUNT),
        "04" => (field("041234", "400000123456"), EIGHTEEN),
        "05" => (0x1412_3400_0000_0000, ACCOUNT),
        "34" => (0x2412_34FF_FFFF_FFFF, ACCOUNT),
        _ => (field("341234AAAAAAAAAA", ACCOUNT), ACCOUNT),
    };
    (under(ZPK, clear), account)
}

const FORMATS: [&str; 7] = ["01", "02", "03", "04", "05", "34", "47"];

/// The code of CC from a format to another; format 04 has its account number.
fn converted(desk: &Desk, from: &str, to: &str) -> String {
    let (block, account) = sealed(from);
    let account = if to == "04" { EIGHTEEN } else { account };
    let instead =
        [("zblock", block.as_str()), ("format", from), ("format2", to), ("account", account)];
    let reply = desk.ask("CC", &instead);
    if &reply[2..4] == "00" {
        assert_eq!((&reply[4..6], &reply[22..]), ("04", to), "{from} to {to}: {reply}");
        // The PIN comes out of the new block.
        let again =
            [("zblock", &reply[6..22]), ("format", to), ("format2", "01"), ("account", account)];
        let first = desk.ask("CC", &again);
        if &first[2..4] == "00" {
            let expected = under(ZPK, field("041234", ACCOUNT));
            assert_eq!(first[6..22], expected, "{from} to {to}");
        }
    }
    reply[2..4].to_owned()
}

#[test]
fn every_format_becomes_every_other() {
    let desk = Desk::new(On::Variant);
    for from in FORMATS {
        for to in FORMATS {
            let code = if from == "34" || to == "34" { "23" } else { "00" };
            assert_eq!(converted(&desk, from, to), code, "{from} to {to}");
        }
    }
}

#[test]
fn a_setting_lets_format_34_leave() {
    let desk = Desk::with(On::Variant, |settings| settings.pin_block_format_34_output = true);
    let told = |code: &str| desk.told(code, &[("format2", "34")]);
    for code in ["CA", "CC", "G0", "JG"] {
        assert_eq!(told(code), "00", "{code}");
    }
    assert_eq!(told("CI"), "23");
    let scripts = [("35", "23"), ("41", "23"), ("42", "23")];
    for (format, code) in scripts {
        assert_eq!(desk.told("CC", &[("format2", format)]), code, "{format}");
        assert_eq!(desk.told("JG", &[("format2", format)]), code, "{format}");
    }
}

/// Blocks of scripts are no blocks of terminals and zones.
#[test]
fn formats_for_scripts_do_not_come_in() {
    for on in LMKS {
        let desk = Desk::with(on, |settings| settings.pin_block_format_34_output = true);
        for format in ["34", "35", "41", "42"] {
            for row in ROWS.iter().filter(|row| row.layout.contains("{format}")) {
                let told = desk.told(row.code, &[("format", format)]);
                assert_eq!(told, "23", "{} {format}", row.code);
            }
        }
    }
}

/// Under a triple DES key there are no blocks of format 48, under a transaction only those that are bound.
#[test]
fn formats_have_to_go_with_the_key() {
    let desk = Desk::new(On::Variant);
    let account = format!("{WHOLE};");
    for row in ROWS.iter().filter(|row| row.layout.contains("{format}")) {
        let instead = [("format", "48"), ("account", account.as_str())];
        let told = desk.told(row.code, &instead);
        assert_eq!(told, "23", "{}", row.code);
    }
    for row in ROWS.iter().filter(|row| row.conceals && row.layout.contains("{format}")) {
        for format in ["02", "03"] {
            assert_eq!(desk.told(row.code, &[("format", format)]), "23", "{} {format}", row.code);
        }
    }
}

/// The table of what may become what where PIN block usage is restricted.
#[test]
fn restricted_conversions() {
    let desk = Desk::with(On::Variant, |settings| {
        settings.restrict_pin_block_usage = true;
        settings.pin_block_format_34_output = true;
    });
    for (from, allowed) in [
        ("01", &["01", "47"][..]),
        ("02", &["01", "47", "02"]),
        ("03", &["01", "47", "03"]),
        ("04", &["01", "47", "04"]),
        ("05", &["01", "47", "05"]),
        ("47", &["01", "47"]),
        ("34", &[]),
    ] {
        for to in FORMATS {
            let code = if allowed.contains(&to) { "00" } else { "23" };
            assert_eq!(converted(&desk, from, to), code, "{from} to {to}");
        }
    }
    // A PIN under the LMK is bound to its account.
    for to in FORMATS {
        let account = if to == "04" { EIGHTEEN } else { ACCOUNT };
        let code = if ["01", "47"].contains(&to) { "00" } else { "23" };
        assert_eq!(desk.told("JG", &[("format2", to), ("account", account)]), code, "JG {to}");
    }
}

#[test]
fn formats_that_are_switched_off() {
    let mut off = Desk::with(On::Variant, |settings| {
        settings.pin_block_formats.retain(|format| format != "01");
    });
    off.parts = Desk::new(On::Variant).parts;
    for row in ROWS {
        let takes = ["{tblock}", "{zblock}", "{dblock}", "{sblock}", "{format2}"];
        if takes.iter().any(|part| row.layout.contains(part)) {
            assert_eq!(off.told(row.code, &[]), "69", "{}", row.code);
        }
    }
    // The format that is left is still there.
    let (block, _) = sealed("03");
    assert_eq!(off.told("JE", &[("zblock", &block), ("format", "03")]), "00");
    assert_eq!(off.told("CC", &[("zblock", &block), ("format", "03")]), "69");
}

/// Format 04 has account numbers of 18 characters, in every command that takes it.
#[test]
fn account_numbers_of_format_04() {
    let desk = Desk::new(On::Variant);
    let (block, _) = sealed("04");
    for code in ["JE", "BE", "EA", "EC", "FW", "BK", "EG"] {
        let right = desk.message(code, &[]);
        let instead =
            [("zblock", block.as_str()), ("format", "04"), ("account", EIGHTEEN), ("pin", "")];
        let pin = desk.ask("JE", &[]);
        let message = if code == "BE" {
            let pin = [
                ("zblock", block.as_str()),
                ("format", "04"),
                ("account", EIGHTEEN),
                ("pin", &pin[4..]),
            ];
            desk.ask(code, &pin)
        } else {
            desk.ask(code, &instead)
        };
        let expected = &desk.ask(code, &[])[2..4];
        assert_eq!(&message[2..4], expected, "{code}: {right}");
        for (account, refusal) in [
            ("F00400000123456789", &["20"][..]),
            ("FFFFFFF00123456789", &["22"]),
            ("FFF40000012345678A", &["22"]),
            ("4FF400000123456789", &["22"]),
        ] {
            let mut instead = instead;
            instead[2].1 = account;
            instead[3].1 = &pin[4..];
            let told = desk.told(code, &instead);
            assert!(refusal.contains(&told.as_str()), "{code} {account}: {told}");
        }
    }
}

/// A second account number for the destination block, where the settings allow it.
#[test]
fn tokens() {
    let open = Desk::with(On::Variant, |settings| {
        settings.tokens_in_pin_translation = true;
        settings.tokens_in_pin_verification = true;
    });
    let closed = Desk::new(On::Variant);
    let other = "222222222222";
    for code in ["CA", "CC", "G0"] {
        let account = format!("{ACCOUNT};{other}");
        let reply = open.ask(code, &[("account", &account)]);
        let expected = under(ZPK, field("041234", other));
        assert_eq!(reply[2..], format!("0004{expected}01"), "{code}");
        assert_eq!(closed.told(code, &[("account", &account)]), "15", "{code}");
        let account = format!("{ACCOUNT};22222222222A");
        assert_eq!(open.told(code, &[("account", &account)]), "22", "{code}");
    }
    let pvv =
        open.ask("FW", &[("account", other), ("zblock", &under(ZPK, field("041234", other)))]);
    for code in ["EC", "GQ"] {
        let account = format!("{ACCOUNT};{other}");
        let instead = [("account", account.as_str()), ("pvv", &pvv[4..])];
        assert_eq!(open.told(code, &instead), "00", "{code}");
        assert_eq!(closed.told(code, &instead), "15", "{code}");
        assert_eq!(open.told(code, &[("account", &account)]), "01", "{code}");
    }
}
