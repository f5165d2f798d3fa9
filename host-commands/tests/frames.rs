//! Real requests and replies under keys that nobody knows: they must be understood, no more.

use std::collections::BTreeMap;

use host_commands::{find, listing};
use serde_json::Value;
use wire::{LmkKind, LmkPin, Scope, text};

const FILES: &[(&str, &str)] = &[
    ("audit", include_str!("../../vectors/host/frames/audit.jsonl")),
    ("card", include_str!("../../vectors/host/frames/card.jsonl")),
    ("data", include_str!("../../vectors/host/frames/data.jsonl")),
    ("device", include_str!("../../vectors/host/frames/device.jsonl")),
    ("emv", include_str!("../../vectors/host/frames/emv.jsonl")),
    ("keys", include_str!("../../vectors/host/frames/keys.jsonl")),
    ("lmk", include_str!("../../vectors/host/frames/lmk.jsonl")),
    ("mac", include_str!("../../vectors/host/frames/mac.jsonl")),
    ("pin", include_str!("../../vectors/host/frames/pin.jsonl")),
    ("print", include_str!("../../vectors/host/frames/print.jsonl")),
];

/// Frames that do not follow the grammar, and why that is right.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "NK0010070BEUB13875901A7ECEDF1DBD06A5C0AED0FBBF0514F7D6A62A4401020000054301785040061CYB62C0\
         A61BEAB9D15A31A02F7CCBCC8291713500200000543012;0413526",
        "a simulator's test of a count that is too small: it answers 15",
    ),
    (
        "NK0020071BEUB13875901A7ECEDF1DBD06A5C0AED0FBBF0514F7D6A62A4401020000054301785040061CYB62C0\
         A61BEAB9D15A31A02F7CCBCC8291713500200000543012;0413526",
        "a simulator's test of a length that is too large: it answers 15",
    ),
    (
        "GO011UAADAFCC8551ADAB246EA1176FD691EDFU80AE3F8D63B08F9C13652E5416D76E8DA05FFFF000001002000002\
         6BC786E28753DD4B2010454000890000901234567891234565052654000N21234FFFFFFFFABCD1234EF098765001\
         6BLABLAMESSAGE\\x{000000}",
        "a client's test with a MAC in mode 0: the manual has it in mode 1 alone, so it answers 15",
    ),
];

#[test]
fn frames_of_others_are_understood() {
    let stored = BTreeMap::from([(1, b"U1457FF6ADF6250C66C368416B4C9D383".to_vec())]);
    let (mut read, mut refused) = (0, Vec::new());
    for (file, lines) in FILES {
        for line in lines.lines() {
            let row: Value = serde_json::from_str(line).expect("each line is an object");
            let field = |name: &str| row[name].as_str().expect("a string");
            let message = text::bytes(field("text")).expect("written as text");
            let code: [u8; 2] = field("command").as_bytes().try_into().expect("two characters");
            let Some(entry) = find(code) else {
                assert!(listing().iter().any(|listed| listed.code == code), "{line}");
                continue;
            };
            let is_request = field("direction") == "request";
            let fits = message.get(2..).is_some_and(|fields| {
                scopes(&stored).any(|scope| {
                    if is_request {
                        (entry.again)(fields, scope).is_ok_and(|again| again == fields)
                    } else {
                        // Without its request a reply proves no more than its code.
                        let codes = [Some(entry.spec.reply_code), entry.spec.print_code];
                        codes.iter().flatten().any(|code| message.starts_with(code))
                    }
                })
            });
            if fits {
                read += 1;
            } else if !EXCEPTIONS.iter().any(|(text, _)| *text == field("text")) {
                refused.push(format!("{file}: {}", field("text")));
            }
        }
    }
    assert!(refused.is_empty(), "{read} read, {} refused:\n{}", refused.len(), refused.join("\n"));
}

/// Settings of the appliances that the frames came from are not known: any that make sense will do.
fn scopes(stored: &BTreeMap<u16, Vec<u8>>) -> impl Iterator<Item = Scope<'_>> {
    let kinds = [LmkKind::Variant, LmkKind::KeyBlock, LmkKind::AesKeyBlock];
    kinds.into_iter().flat_map(move |lmk| {
        (5..=13).flat_map(move |length| {
            [true, false].map(move |double_zmk| {
                let lmk_pin = LmkPin::Digits(length);
                Scope { lmk, double_zmk, lmk_pin, stored, ..Scope::FACTORY }
            })
        })
    })
}
