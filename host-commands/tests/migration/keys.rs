//! Keys of all types, in all forms, are the same under the new LMK.

use appliance::KeyChange;
use crypto::{Algorithm, ecc::Curve};
use vault::{
    KeySize, KeyTypes, Protection, Scheme,
    key_block::{Header, Version, values},
    key_pair::{BlockAttributes, PrivateKey, Purpose},
};

use crate::device::*;

/// An optional block.
const KEY_STATUS: &str = "KS1800604B120F9292800000";

#[test]
fn keys_of_every_type_stay_the_same_under_a_variant_lmk() {
    let source = Source::new();
    for side in SIDES {
        for types in [KeyTypes::Standard, KeyTypes::Separated] {
            let device = Device::new([OLD_VARIANT, VARIANT], side, |settings| {
                settings.key_type_002_separation = types == KeyTypes::Separated;
            });
            for key_type in types.iter() {
                for scheme in Scheme::ALL {
                    let key = source.key(KeySize::of_scheme(scheme));
                    let protection = Protection::Variant { key_type, scheme };
                    let token = source.sealed(OLD_VARIANT, &key, &protection);
                    let (flag, code) = (flag(scheme), key_type.code());
                    let reply = device.done(&format!("BWFF{flag}{token};{code}!11"));
                    assert_eq!(reply.len(), token.len() + 6);
                    let tag = Some(reply.as_bytes()[0]).filter(|first| !first.is_ascii_hexdigit());
                    assert_eq!(tag, scheme.tag(), "{reply}");
                    assert_same(VARIANT, &reply, &key, Some(key_type));
                    for other in Scheme::ALL.into_iter().filter(|other| other.tag().is_some()) {
                        let message = format!("BWFF{flag}{token};{code};0{}0!11", letter(other));
                        if other.key_length() != scheme.key_length() {
                            assert_eq!(device.ask(&message), "BX26", "{message}");
                            continue;
                        }
                        let reply = device.done(&message);
                        assert!(reply.starts_with(letter(other)), "{message}: {reply}");
                        assert_same(VARIANT, &reply, &key, Some(key_type));
                    }
                }
            }
        }
    }
}

#[test]
fn keys_of_every_type_stay_the_same_in_a_key_block() {
    let source = Source::new();
    let mut moved = 0;
    for [old, new] in WAYS.into_iter().filter(|[old, new]| *old == VARIANT && *new != VARIANT) {
        for side in SIDES {
            let device = Device::new([old, new], side, |settings| {
                settings.key_type_002_separation = true;
            });
            for key_type in KeyTypes::Separated.iter() {
                for scheme in Scheme::ALL {
                    let size = KeySize::of_scheme(scheme);
                    let key = source.key(size);
                    let token = source.sealed(old, &key, &Protection::Variant { key_type, scheme });
                    let start = format!("BWFF{}{token};{}", flag(scheme), key_type.code());
                    let fits = |usage: &&values::Usage| {
                        usage.algorithms.contains(&size.header_algorithm())
                    };
                    for usage in values::USAGES.iter().filter(fits) {
                        let mode = usage.modes[0];
                        let text = usage.code.escape_ascii();
                        let message = format!("{start}#{text}{}47S00!11", char::from(mode));
                        let known = key_type.usages;
                        if !known.is_empty() && !known.contains(&usage.code) {
                            assert_eq!(device.ask(&message), "BXA6", "{message}");
                            continue;
                        }
                        let reply = device.done(&message);
                        assert_same(new, &reply, &key, None);
                        let token = &reply[..reply.len() - 6];
                        let said = Header {
                            version: if new == AES {
                                Version::ThalesAes
                            } else {
                                Version::ThalesTdes
                            },
                            key_version: *b"47",
                            exportability: b'S',
                            ..header(usage.code, size, mode)
                        };
                        assert_eq!(Header::parse(&token.as_bytes()[1..]), Ok(said));
                        moved += 1;
                    }
                }
            }
        }
    }
    assert!(moved > 1_000, "only {moved}");
}

#[test]
fn keys_in_key_blocks_keep_their_attributes() {
    let source = Source::new();
    let sizes = [*b"D1", *b"T2", *b"T3", *b"A1", *b"A2", *b"A3"].map(KeySize::of_code);
    let hmac = KeySize { algorithm: Algorithm::Hmac, bytes: 32 };
    let mut turn = 0;
    for [old, new] in WAYS.into_iter().filter(|[old, _]| !old.contains("variant")) {
        for side in SIDES {
            let device = Device::new([old, new], side, |_| ());
            for usage in values::USAGES {
                for size in sizes.into_iter().flatten().chain([hmac]) {
                    let algorithm = size.header_algorithm();
                    if !usage.algorithms.contains(&algorithm)
                        || (matches!(algorithm, b'A' | b'H') && old != OLD_AES)
                    {
                        continue;
                    }
                    for mode in usage.modes {
                        turn += 1;
                        let attributes = Header {
                            key_version: [*b"00", *b"c3", *b"12", *b"A9"][turn % 4],
                            exportability: b"ENS"[turn % 3],
                            ..header(usage.code, size, *mode)
                        };
                        // Under an AES LMK optional blocks have to fill whole cipher blocks.
                        let has_status = old != OLD_AES && turn % 2 == 1;
                        let optional = if has_status { KEY_STATUS } else { "" };
                        let key = source.key(size);
                        let protection = Protection::KeyBlock {
                            header: attributes,
                            optional: optional.as_bytes(),
                        };
                        let token = source.sealed(old, &key, &protection);
                        let reply = device.done(&format!("BWFFF{token};FFF;0S0!11"));
                        assert_same(new, &reply, &key, None);
                        let got = Header::parse(&reply.as_bytes()[1..]).expect("a header");
                        let version =
                            if new == AES { Version::ThalesAes } else { Version::ThalesTdes };
                        assert_eq!(got, Header { version, ..attributes });
                        assert!(reply[17..].starts_with(optional), "{reply}");
                    }
                }
            }
        }
    }
    assert!(turn > 1_000, "only {turn}");
}

#[test]
fn key_type_002_is_split() {
    let source = Source::new();
    let destinations = [*b"70D", *b"80D", *b"90D"];
    for [old, new] in WAYS.into_iter().filter(|[old, _]| old.contains("variant")) {
        let device = Device::new([old, new], KeyChange::Old, |settings| {
            settings.key_type_002_separation = true;
        });
        for key_type in KeyTypes::Separated.iter() {
            let (key, token) = source.in_parts(old, *b"002");
            let usage = key_type.usages.first().unwrap_or(b"P0");
            let mode = values::usage(*usage).expect("a usage").modes[0];
            let attributes = if new == VARIANT {
                String::new()
            } else {
                format!("#{}{}00E00", usage.escape_ascii(), char::from(mode))
            };
            let message = format!("BWF21{token};{}{attributes}!11", key_type.code());
            if destinations.contains(&key_type.code) {
                let key_type = Some(key_type).filter(|_| new == VARIANT);
                assert_same(new, &device.done(&message), &key, key_type);
            } else {
                assert_eq!(device.ask(&message), "BX45", "{message}");
            }
        }
    }
}

#[test]
fn check_values_have_the_digits_that_are_asked_for() {
    let source = Source::new();
    let (key, token) = source.in_parts(OLD_VARIANT, *b"001");
    let all = hex::encode_upper(&key.check_value()[..8]);
    let six = &all[..6];
    for (restricted, wanted, expected) in [
        (true, "", ""),
        (true, "!00", ""),
        (true, "!01", ""),
        (true, "!11", six),
        (true, "!10", &format!("{six}0000000000")),
        (false, "!10", &all),
        (false, "!11", six),
        (false, "%05!10", &all),
    ] {
        let device = Device::new([OLD_VARIANT, VARIANT], KeyChange::Old, |settings| {
            settings.restrict_check_values = restricted;
        });
        let reply = device.done(&format!("BW011{token}{wanted}"));
        assert_eq!(&reply[33..], expected, "{wanted}");
    }
}

#[test]
fn private_keys_on_curves() {
    let source = Source::new();
    let attributes =
        BlockAttributes { key_version: *b"07", exportability: b'S', optional: b"LB08ABCD" };
    for [old, new] in WAYS.into_iter().filter(|[old, _]| !old.contains("variant")) {
        for side in SIDES {
            let rng = &mut source.generator();
            let key = PrivateKey::generate_on(Curve::P384, Purpose::KeyManagement, rng);
            let sealed = lmk(old).seal_private_key(ID, &key, attributes, rng);
            let sealed = sealed.expect("a key block");
            let sealed = String::from_utf8(sealed).expect("a key block of text");
            let device = Device::new([old, new], side, |_| {});
            let reply = device.done(&format!("EMFFFF{sealed}"));
            let moved = reply.strip_prefix("FFFF").expect("a key block");
            assert_eq!(&moved[6..13], "03EX07S");
            assert_eq!(&moved[17..25], "LB08ABCD");
            let opened = lmk(new).open_private_key(ID, moved.as_bytes()).expect("a key");
            assert!(opened.public_key() == key.public_key());
            let other = sealed.replacen("03E", "02E", 1);
            assert_eq!(device.ask(&format!("EMFFFF{other}")), "ENA6");
        }
    }
}
