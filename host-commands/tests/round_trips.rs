//! Keys made, moved and looked at: whatever the type, the scheme and the LMK, the check value stays the
//! same, and nobody takes a key for what it is not.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, Purpose, sealed, sealed_block};
use vault::{KeyTypes, Permission, key_block::values};

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";

/// Key and check value of a reply, with the warning of A6 or without.
fn key_and_check(reply: &str) -> (&str, &str) {
    assert!(matches!(&reply[2..4], "00" | "01"), "{reply}");
    reply[4..].split_at(reply.len() - 10)
}

#[test]
fn keys_under_a_variant_lmk_come_back() {
    let zmk = sealed(On::Variant, Purpose::new(*b"000", *b"K0"), CLEAR);
    for types in [KeyTypes::Standard, KeyTypes::Separated] {
        let device = Device::with(|settings| {
            settings.key_type_002_separation = types == KeyTypes::Separated;
            settings.x917_import = true;
            settings.x917_export = true;
        });
        let (mut strangers, mut taken) = (0, 0);
        for key_type in types.iter().filter(|row| row.generate != Permission::No) {
            let code = key_type.code();
            for (scheme, length) in [('Z', '0'), ('U', '1'), ('T', '2'), ('X', '1'), ('Y', '2')] {
                let made = device.ask(On::Variant, &format!("A00{code}{scheme}"));
                let (key, check) = key_and_check(&made);
                let look = |code: &str| format!("BUFF{length}{key};{code}");
                let looked = device.ask(On::Variant, &look(code));
                assert!(looked.starts_with(&format!("BV00{check}")), "{code} {scheme}: {looked}");
                if key_type.export != Permission::No {
                    let message = format!("A8{code}{zmk}{key}{scheme}");
                    let sent = device.ask(On::Variant, &message);
                    let (sent, sent_check) = key_and_check(&sent);
                    assert_eq!(sent_check, check, "{message}");
                    if key_type.import != Permission::No {
                        let message = format!("A6{code}{zmk}{sent}{scheme}");
                        let back = device.ask(On::Variant, &message);
                        assert_eq!(key_and_check(&back), (key, check), "{message}");
                    }
                }
                let others = types.iter().filter(|other| {
                    (other.pair, other.variant) != (key_type.pair, key_type.variant)
                });
                for other in others {
                    let reply = device.ask(On::Variant, &look(other.code()));
                    strangers += 1;
                    // One key in 256 for each eight bytes has odd parity whatever it is taken for.
                    if reply != "BV10" {
                        assert_eq!(scheme, 'Z', "{code} as {}", other.code());
                        assert!(!reply.starts_with(&format!("BV00{check}")), "{reply}");
                        taken += 1;
                    }
                }
            }
        }
        assert!(strangers > 10_000 && taken * 500 < strangers, "{taken} of {strangers}");
    }
}

#[test]
fn keys_in_key_blocks_come_back() {
    let device = Device::with(|_| {});
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let zmk = sealed_block(on, "00000K0TB00E0000", "", CLEAR);
        let strong = match on {
            On::AesKeyBlock => Some(device.key_of(on, "A00FFFS#K0A3B00E00")),
            _ => None,
        };
        for usage in values::USAGES {
            let code = String::from_utf8_lossy(&usage.code);
            let sizes = ["D1", "T2", "T3", "A1", "A2", "A3"].into_iter().filter(|size| {
                usage.algorithms.contains(&size.as_bytes()[0])
                    && (on == On::AesKeyBlock || !size.starts_with('A'))
            });
            for size in sizes {
                let first_mode = char::from(usage.modes[0]);
                let made = device.ask(on, &format!("A00FFFS#{code}{size}{first_mode}00E01LB05x"));
                let (key, check) = key_and_check(&made);
                let looked = device.ask(on, &format!("BUFFF{key};FFF;001"));
                assert_eq!(looked, format!("BV00{check}"), "{code} {size}");
                // Behind the scheme tag: usage, algorithm, mode of use, version and exportability.
                let says = |block: &str| block[6..13].to_owned();
                let mut ways = vec![(&zmk, "S")];
                if usage.standard.is_some() {
                    ways.extend(["R!A", "R!B", "R!C"].map(|way| (&zmk, way)));
                    ways.extend(strong.iter().flat_map(|zmk| [(zmk, "R!D"), (zmk, "R!E")]));
                }
                for (zmk, way) in ways {
                    if size.starts_with('A') && !zmk[8..].starts_with('A') {
                        continue;
                    }
                    let sent = device.ask(on, &format!("A8FFF{zmk}{key}{way}"));
                    let (sent, sent_check) = key_and_check(&sent);
                    assert_eq!(sent_check, check, "{code} {size} {way}");
                    let attributes = if way == "S" { String::new() } else { format!("#{code}00") };
                    let back = device.ask(on, &format!("A6FFF{zmk}{sent}S{attributes}"));
                    let (back, back_check) = key_and_check(&back);
                    assert_eq!((says(back), back_check), (says(key), check), "{code} {size} {way}");
                    assert!(back.contains("LB05x"), "{back}");
                }
                if !matches!(&*code, "C0" | "12" | "13") {
                    let reply = device.ask(on, &format!("CW{key}4123456789012345;8701101"));
                    assert_eq!(reply, "CXA6", "{code} {size}");
                }
            }
        }
    }
}
