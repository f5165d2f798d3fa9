//! Properties that hold for every command because they hold for its definition.
//!
//! `ROUNDS=500 cargo test -p host-commands --test definitions --release` tries more messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use appliance::{Appliance, BatchSize, PrintFormat, Printer, Randomness, State, StorageLength};
use bytes::BytesMut;
use host_commands::{
    COMMANDS, Entry, Host, LmkPort, UnknownCommand,
    explain::{Context, Explained, explain},
};
use wire::{ErrorCode, FieldSpec, Grammar, LmkKind, LmkPin, Scope, Step, Storage, Trace, grow};

/// A small generator of random numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("it is below a usize")
    }
}

/// A key under the test LMK 00, a ZPK.
const STORED: &[u8] = b"U1457FF6ADF6250C66C368416B4C9D383";

fn stored() -> BTreeMap<u16, Vec<u8>> {
    BTreeMap::from([(1, STORED.to_vec())])
}

fn scopes(stored: &BTreeMap<u16, Vec<u8>>) -> [Scope<'_>; 4] {
    let base = Scope { stored, ..Scope::FACTORY };
    [
        base,
        Scope { lmk: LmkKind::KeyBlock, storage: Storage::Variable, ..base },
        Scope { lmk: LmkKind::AesKeyBlock, lmk_pin: LmkPin::Hex(5), ..base },
        Scope { double_zmk: false, storage: Storage::Fixed(32), ..base },
    ]
}

/// How often a definition is tried again while a field of it was not reached.
const MORE: usize = 12;

fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

fn request(entry: &Entry, scope: Scope<'_>, dice: &mut Dice) -> Option<Vec<u8>> {
    grow(|message, seen: &mut Trace| (entry.trace)(message, scope, seen), &mut |limit| {
        dice.below(limit)
    })
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[test]
fn every_command_belongs_to_a_package() {
    for entry in COMMANDS {
        let (code, package) = (text(&entry.spec.code), entry.spec.licence);
        let known = appliance::Packages::WORDS;
        assert!(known.contains(&package), "{code}: licence = \"{package}\" is none of {known:?}");
    }
}

#[test]
fn every_definition_round_trips() {
    let stored = stored();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for entry in COMMANDS {
        let code = text(&entry.spec.code);
        let (mut requests, mut replies) = (0, 0);
        let mut reached = BTreeSet::new();
        let mut missing = Vec::new();
        flatten(entry.spec.request, &mut missing);
        flatten(entry.spec.reply, &mut missing);
        // Some fields stand only where several rare choices meet: those get more messages.
        for _ in 0..MORE {
            for scope in scopes(&stored) {
                for _ in 0..rounds() {
                    let Some(message) = request(entry, scope, &mut dice) else { continue };
                    requests += 1;
                    let mut seen = Trace::new();
                    (entry.trace)(&message, scope, &mut seen).expect("it was just read");
                    note(&seen, &mut reached);
                    let again = (entry.again)(&message, scope).expect("it was just read");
                    assert_eq!(text(&again), text(&message), "{code}");
                    let error = entry.spec.carried[dice.below(entry.spec.carried.len())];
                    let grown = grow(
                        |reply, seen: &mut Trace| {
                            (entry.trace_reply)(&message, reply, error, scope, seen)
                        },
                        &mut |limit| dice.below(limit),
                    );
                    let Some(reply) = grown else { continue };
                    replies += 1;
                    let mut seen = Trace::new();
                    (entry.trace_reply)(&message, &reply, error, scope, &mut seen)
                        .expect("it was just read");
                    note(&seen, &mut reached);
                    let again = (entry.again_reply)(&message, &reply, error, scope)
                        .expect("it was just read");
                    assert_eq!(text(&again), text(&reply), "{code} reply");
                }
            }
            missing.retain(|field| !reached.contains(field));
            if missing.is_empty() {
                break;
            }
        }
        assert!(requests > rounds(), "{code}: only {requests} messages grown");
        assert!(replies * 10 > requests * 9, "{code}: only {replies} replies grown");
        assert!(missing.is_empty(), "{code}: no message reaches {missing:?}");
    }
}

fn note(seen: &Trace, reached: &mut BTreeSet<(&'static str, &'static str)>) {
    let read = seen.iter().filter(|(_, _, step)| *step == Step::Read);
    reached.extend(read.map(|(spec, ..)| (spec.name, spec.doc)));
}

fn flatten(fields: &[FieldSpec], into: &mut Vec<(&str, &str)>) {
    fn grammar(of: &Grammar, into: &mut Vec<(&str, &str)>) {
        match of {
            Grammar::Group(fields) => flatten(fields, into),
            Grammar::List(item, _) => grammar(item, into),
            Grammar::Choice(variants) => {
                variants
                    .iter()
                    .filter_map(|v| v.then.as_ref())
                    .for_each(|then| grammar(then, into));
            }
            _ => {}
        }
    }
    for field in fields {
        into.push((field.name, field.doc));
        grammar(&field.grammar, into);
    }
}

#[test]
fn every_field_is_documented() {
    for entry in COMMANDS {
        let code = text(&entry.spec.code);
        assert!(!entry.spec.doc.is_empty(), "{code} has no description");
        let mut fields = Vec::new();
        flatten(entry.spec.request, &mut fields);
        flatten(entry.spec.reply, &mut fields);
        for (name, doc) in fields {
            assert!(!doc.is_empty(), "{code}: {name} has no description");
        }
    }
}

/// The appliance of `serve --dev`, with a key in user storage, a print format and a printer, and
/// batches of one entry.
fn host() -> Host {
    let mut state = State::development();
    state.settings.user_storage_key_length = StorageLength::Variable;
    state.storage.set(1, StorageLength::Variable, STORED).expect("index 1 exists");
    state.printing.format = PrintFormat::new(b">L^0>010^P^Q^R^T>F").ok();
    state.settings.solicitation_batch_size = BatchSize::LEAST;
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    let appliance = appliance.with_printer(Printer::discard());
    Host::new(Arc::new(appliance), 4, UnknownCommand::Disabled)
}

#[test]
fn hostile_messages_get_one_reply() {
    let stored = stored();
    let mut dice = Dice(42);
    let mut out = BytesMut::new();
    for entry in COMMANDS {
        // A new one each time: some commands erase what others need.
        let host = host();
        for scope in scopes(&stored) {
            for _ in 0..rounds() {
                let mut message = request(entry, scope, &mut dice).unwrap_or_default();
                spoil(&mut message, &mut dice);
                let _ = (entry.again)(&message, scope);
                let seen = &mut Trace::new();
                let _ = (entry.trace_reply)(b"", &message, ErrorCode::NONE, scope, seen);
                let whole = [b"HEAD", &entry.spec.code[..], &message].concat();
                for port in [LmkPort::Default, LmkPort::Only(1), LmkPort::Only(2)] {
                    out.clear();
                    host.answer(port, &whole, &mut out);
                    let reply = text(&out);
                    assert!(out.len() >= 8 && out.starts_with(b"HEAD"), "{}", text(&whole));
                    assert_eq!(out[4..6], entry.spec.reply_code, "{reply}");
                    assert_ne!(&out[6..8], b"41", "{} failed", text(&whole));
                }
            }
        }
    }
}

/// Cuts a message, changes some of it, replaces it or makes it longer.
fn spoil(message: &mut Vec<u8>, dice: &mut Dice) {
    match dice.below(5) {
        0 => message.truncate(dice.below(message.len() + 1)),
        1 => {
            for _ in 0..=dice.below(3) {
                let at = dice.below(message.len());
                if let Some(byte) = message.get_mut(at) {
                    *byte = u8::try_from(dice.below(256)).expect("below 256");
                }
            }
        }
        2 => {
            *message = (0..dice.below(90))
                .map(|_| b"0123456789ABCDEFSUTXK;%#&!\x19"[dice.below(27)])
                .collect();
        }
        3 => message.extend_from_slice(b"%01\x19trailer"),
        _ => {}
    }
}

#[test]
fn every_cut_of_a_message_is_refused_or_shorter() {
    let stored = stored();
    let mut dice = Dice(7);
    for entry in COMMANDS {
        for scope in scopes(&stored) {
            let Some(message) = request(entry, scope, &mut dice) else { continue };
            for end in 0..message.len() {
                if let Ok(again) = (entry.again)(&message[..end], scope) {
                    assert_eq!(again, message[..end]);
                }
            }
        }
    }
}

/// A request or reply behind a header, explained; every byte must be shown once, in order.
fn explained(
    (code, fields): ([u8; 2], &[u8]),
    request: Option<&[u8]>,
    scope: Scope<'_>,
) -> Explained {
    let message = [b"HEAD", &code[..], fields].concat();
    let context = Context { header: 4, lmk: Some(scope.lmk), scope };
    let explained = explain(&message, request, context).expect("its code is known");
    let mut end = 0;
    for line in &explained.lines {
        assert_eq!(line.at.start, end, "{}: {:#?}", text(&message), explained.lines);
        end = line.at.end;
    }
    assert_eq!(end, message.len(), "{}: {:#?}", text(&message), explained.lines);
    explained
}

#[test]
fn explanations_show_every_byte_once() {
    let stored = stored();
    let mut dice = Dice(11);
    for entry in COMMANDS {
        for scope in scopes(&stored) {
            for _ in 0..rounds().div_ceil(6) {
                let Some(mut fields) = request(entry, scope, &mut dice) else { continue };
                let code = entry.spec.code;
                let whole = explained((code, &fields), None, scope);
                // A message in a message may be wrong; that is its own matter.
                let wrong =
                    |line: &host_commands::explain::Line| line.is_refused && line.depth == 0;
                assert!(!whole.lines.iter().any(wrong), "{:#?}", whole.lines);
                let asked = [b"HEAD", &code[..], &fields].concat();
                let error = entry.spec.carried[dice.below(entry.spec.carried.len())];
                let reply = grow(
                    |reply, seen: &mut Trace| {
                        (entry.trace_reply)(&fields, reply, error, scope, seen)
                    },
                    &mut |limit| dice.below(limit),
                );
                if let Some(mut reply) = reply {
                    reply.splice(..0, error.0);
                    let code = entry.spec.reply_code;
                    let whole = explained((code, &reply), Some(&asked), scope);
                    assert!(!whole.lines.iter().any(wrong), "{:#?}", whole.lines);
                    reply.truncate(2 + dice.below(reply.len() - 1));
                    explained((code, &reply), Some(&asked), scope);
                }
                spoil(&mut fields, &mut dice);
                explained((code, &fields), None, scope);
            }
        }
    }
}
