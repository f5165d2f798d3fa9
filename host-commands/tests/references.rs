//! In every command, a key may be replaced by its index in user storage.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use appliance::{Appliance, Randomness, State, StorageLength};
use bytes::BytesMut;
use host_commands::{COMMANDS, Entry, Host, LmkPort, UnknownCommand, find};
use wire::{FieldSpec, Grammar, LmkKind, LmkPin, Scope, Step, Storage, Trace, grow, text};

const FILES: &[&str] = &[
    include_str!("../../vectors/host/card.toml"),
    include_str!("../../vectors/host/data.toml"),
    include_str!("../../vectors/host/emv.toml"),
    include_str!("../../vectors/host/keys.toml"),
    include_str!("../../vectors/host/mac.toml"),
    include_str!("../../vectors/host/pin.toml"),
    include_str!("../../vectors/host/rsa.toml"),
];

/// Where the key is stored.
const INDEX: u16 = 0x2A;

/// Grown messages for each command and kind of LMK.
const ROUNDS: usize = 12;

/// A development device with something in user storage, and always the same randomness.
fn answer(port: LmkPort, stored: &[u8], entry: &Entry, fields: &[u8]) -> String {
    let mut state = State::development();
    state.settings.user_storage_key_length = StorageLength::Variable;
    state.storage.set(INDEX, StorageLength::Variable, stored).expect("there is room");
    let appliance = Appliance::new(state, Randomness::from_seed(7));
    let host = Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled);
    let mut out = BytesMut::new();
    host.answer(port, &[&entry.spec.code[..], fields].concat(), &mut out);
    out.escape_ascii().to_string()
}

/// Where keys stand in a message.
fn keys(seen: &Trace) -> Vec<Range<usize>> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for (spec, at, step) in seen {
        match step {
            Step::Begun => open.push(found.len()),
            Step::Read => {
                open.pop();
                if matches!(spec.grammar, Grammar::Key(..)) {
                    found.push(at.clone());
                }
            }
            // What was read inside does not count.
            Step::Absent | Step::Refused(_) => found.truncate(open.pop().unwrap_or_default()),
        }
    }
    found
}

/// Puts each key of a message into user storage in turn; the command must answer the same. Returns
/// whether there was a key.
fn replace_keys(entry: &Entry, fields: &[u8], port: LmkPort, scope: Scope<'_>) -> bool {
    let mut seen = Trace::new();
    if (entry.trace)(fields, scope, &mut seen).is_err() {
        return false;
    }
    let keys = keys(&seen);
    for at in &keys {
        let key = &fields[at.clone()];
        let direct = answer(port, key, entry, fields);
        let mut forms = vec![(format!("K{INDEX:03X}"), key)];
        if let [tag @ (b'U' | b'T' | b'X' | b'Y' | b'Z'), digits @ ..] = key {
            forms.push((format!("{}K{INDEX:03X}", char::from(*tag)), digits));
        }
        for (reference, stored) in forms {
            let referring = [&fields[..at.start], reference.as_bytes(), &fields[at.end..]].concat();
            let (direct, message) = (&direct, referring.escape_ascii());
            assert_eq!(&answer(port, stored, entry, &referring), direct, "{message}");
        }
    }
    !keys.is_empty()
}

fn scopes() -> [(LmkPort, Scope<'static>); 3] {
    let base = Scope { storage: Storage::Variable, lmk_pin: LmkPin::Digits(13), ..Scope::FACTORY };
    [
        (LmkPort::Only(0), base),
        (LmkPort::Only(1), Scope { lmk: LmkKind::KeyBlock, ..base }),
        (LmkPort::Only(2), Scope { lmk: LmkKind::AesKeyBlock, ..base }),
    ]
}

#[test]
fn a_stored_key_does_what_the_key_does() {
    let mut reached = BTreeSet::new();
    for file in FILES {
        let file: toml::Table = toml::from_str(file).expect("vectors are TOML");
        for case in file["case"].as_array().expect("cases") {
            let field = |name: &str| case.get(name).and_then(toml::Value::as_str);
            let Ok(request) = text::bytes(field("request").unwrap_or_default()) else { continue };
            let Some((code, fields)) = request.split_first_chunk::<2>() else { continue };
            let Some(entry) = find(*code) else { continue };
            let (port, scope) = match field("lmk") {
                Some("key-block-test") => scopes()[1],
                Some("aes-key-block-test") => scopes()[2],
                _ => scopes()[0],
            };
            if replace_keys(entry, fields, port, scope) {
                reached.insert(entry.spec.code);
            }
        }
    }
    let mut state = 0x5EED_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).expect("31 bits") % limit.max(1)
    };
    for entry in COMMANDS.iter().filter(|entry| has_key(entry.spec.request)) {
        for (port, scope) in scopes() {
            for _ in 0..ROUNDS {
                let grown = grow(
                    |message, seen: &mut Trace| (entry.trace)(message, scope, seen),
                    &mut below,
                );
                let Some(message) = grown else { continue };
                if replace_keys(entry, &message, port, scope) {
                    reached.insert(entry.spec.code);
                }
            }
        }
        let code = entry.spec.code;
        assert!(reached.contains(&code), "no key of {} was replaced", code.escape_ascii());
    }
}

fn has_key(fields: &[FieldSpec]) -> bool {
    fn in_grammar(grammar: &Grammar) -> bool {
        match grammar {
            Grammar::Key(..) => true,
            Grammar::Group(fields) => has_key(fields),
            Grammar::List(item, _) => in_grammar(item),
            Grammar::Choice(variants) => {
                variants.iter().filter_map(|variant| variant.then.as_ref()).any(in_grammar)
            }
            _ => false,
        }
    }
    fields.iter().any(|field| in_grammar(&field.grammar))
}
