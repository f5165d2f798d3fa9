//! The LMK of a message, by port, `%nn` and key block, and what a contradiction answers: for every command.

use std::{ops::Range, sync::Arc};

use appliance::{Appliance, KeyChange, PrintFormat, Printer, Randomness, State};
use bytes::BytesMut;
use host_commands::{COMMANDS, Entry, Host, LmkPort, UnknownCommand};
use vault::{Lmk, LmkId};
use wire::{Grammar, LmkKind, LmkPin, Scope, Step, Trace, grow};

/// Keys that come under a ZMK or TMK, and name no LMK.
const WRAPPED: &[([u8; 2], &str)] = &[
    (*b"A6", "key"),
    (*b"AW", "key"),
    (*b"BY", "zmk"),
    (*b"DK", "kml"),
    (*b"DW", "bdk"),
    (*b"FA", "zpk"),
    (*b"FC", "key"),
    (*b"FK", "key"),
    (*b"FS", "wwk"),
    (*b"LU", "key"),
    (*b"MI", "tak"),
    (*b"RY", "csck"),
];

/// An identifier under which no LMK is loaded.
const NONE: u8 = 88;

/// Messages of each command, and how many more where some contradiction was not among them.
const ROUNDS: usize = 60;
const MORE: usize = 2_000;

/// As the host below reads messages.
fn scope(lmk: LmkKind) -> Scope<'static> {
    Scope { lmk, lmk_pin: LmkPin::Digits(13), ..Scope::FACTORY }
}

/// `serve --dev`, with a second LMK of key blocks, 03, and each LMK in key change storage, too, ready to
/// print.
fn host() -> Host {
    let mut state = State::development();
    state.settings.zmk_translate_command = true;
    let names =
        ["test-variant", "test-key-block-tdes", "test-key-block-aes", "test-key-block-tdes"];
    for (id, name) in (0..).map(LmkId).zip(names) {
        let lmk = || Lmk::named(name).expect("a test LMK");
        assert!(state.lmks.load(id, lmk()));
        state.lmks.load_key_change(id, KeyChange::Old, lmk()).expect("they are of one kind");
    }
    state.printing.format = PrintFormat::new(b"^P").ok();
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    let appliance = appliance.with_printer(Printer::discard());
    Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled)
}

/// A message and where it names an LMK.
struct Message {
    fields: Vec<u8>,
    /// Keys in key blocks.
    blocks: Vec<Range<usize>>,
    /// Whether there are other keys.
    others: bool,
    /// The digits of `%nn`.
    named: Option<Range<usize>>,
}

impl Message {
    fn grown(entry: &Entry, limit: &mut dyn FnMut(usize) -> usize) -> Option<Self> {
        let read = |message: &[u8], seen: &mut Trace| {
            (entry.trace)(message, scope(LmkKind::KeyBlock), seen)
        };
        let fields = grow(read, &mut |most| limit(most))?;
        let mut seen = Trace::new();
        read(&fields, &mut seen).ok()?;
        let mut message = Self { fields, blocks: vec![], others: false, named: None };
        for (spec, at) in fields_of(&seen) {
            match spec.grammar {
                Grammar::Key(..) | Grammar::Own(..)
                    if WRAPPED.contains(&(entry.spec.code, spec.name)) => {}
                Grammar::Key(..) if message.fields[at.start] == b'S' => message.blocks.push(at),
                Grammar::Key(..) => message.others = true,
                Grammar::Own(..) => message.blocks.extend(inner_block(&message.fields, at)),
                _ if spec.after.is_some_and(|after| after.ends_with('%')) => {
                    message.named = Some(at);
                }
                _ => {}
            }
        }
        Some(message)
    }

    /// The message with this `%nn` and these LMKs in its key blocks, the last of them in all that follow.
    fn with(&self, named: u8, blocks: &[u8]) -> Vec<u8> {
        let mut fields = self.fields.clone();
        let digits = |id: u8| format!("{id:02}").into_bytes();
        if let Some(at) = &self.named {
            fields[at.clone()].copy_from_slice(&digits(named));
        }
        let last = blocks.last().copied().unwrap_or_default();
        let ids = blocks.iter().copied().chain(std::iter::repeat(last));
        for (at, id) in self.blocks.iter().zip(ids) {
            // Tag, and fourteen characters of header.
            fields[at.start + 15..at.start + 17].copy_from_slice(&digits(id));
        }
        fields
    }
}

/// Where the key block of an RSA, ECC or HMAC key is in a field: at its start, or behind what stands for its length. That of an
/// HMAC key has no tag, so it begins one character early here.
fn inner_block(fields: &[u8], at: Range<usize>) -> Option<Range<usize>> {
    let is_block = |from: usize| {
        let text = fields.get(from..at.end).unwrap_or_default();
        matches!(
            (text, text.get(8)),
            ([b'S', ..], Some(b'R' | b'E')) | ([b'F', b'1', ..], Some(b'H'))
        )
    };
    [at.start, at.start + 3, at.start + 4]
        .into_iter()
        .find(|from| is_block(*from))
        .map(|from| from..at.end)
}

/// The fields that were read, without those of groups that were given up.
fn fields_of(seen: &Trace) -> Vec<(&'static wire::FieldSpec, Range<usize>)> {
    let mut open = vec![vec![]];
    for (spec, at, step) in seen {
        if *step == Step::Begun {
            open.push(vec![]);
            continue;
        }
        let inside = open.pop().unwrap_or_default();
        if let (Step::Read, Some(outside)) = (step, open.last_mut()) {
            outside.push((*spec, at.clone()));
            outside.extend(inside);
        }
    }
    open.pop().unwrap_or_default()
}

/// How often each code was the answer that it had to be.
#[derive(Debug, Default)]
struct Seen {
    unknown: usize,
    schemes: usize,
    foreign: usize,
    identifiers: usize,
    key_blocks: usize,
    /// Key blocks in one message.
    most: usize,
}

impl Seen {
    /// Whether each contradiction that a command can meet was met.
    fn is_complete(&self, has_keys: bool) -> bool {
        let of_keys = [self.schemes, self.foreign, self.identifiers];
        self.unknown > 0
            && (!has_keys || !of_keys.contains(&0))
            && (self.most < 2 || self.key_blocks > 0)
    }
}

/// Commands that name no LMK: whatever stands in them is a print format.
const WITHOUT_LMK: &[&[u8; 2]] = &[b"PA", b"PC"];

#[test]
fn every_command_tells_a_contradiction() {
    const VARIANT: LmkPort = LmkPort::Only(0);
    const FIRST: LmkPort = LmkPort::Only(1);
    const OTHER: LmkPort = LmkPort::Only(3);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % most.max(1) as u64).unwrap_or_default()
    };
    for entry in COMMANDS.iter().filter(|entry| !WITHOUT_LMK.contains(&&entry.spec.code)) {
        // A new one each time: some commands erase what others need.
        let host = host();
        let code = entry.spec.code.escape_ascii();
        let mut seen = Seen::default();
        let has_keys = Grammar::Group(entry.spec.request).has_keys();
        let ask = |port, fields: &[u8]| {
            let mut out = BytesMut::new();
            host.answer(port, &[&entry.spec.code, fields].concat(), &mut out);
            out.get(2..4).map(<[u8]>::to_vec).unwrap_or_default()
        };
        for round in 0..ROUNDS + MORE {
            if round >= ROUNDS && seen.is_complete(has_keys) {
                break;
            }
            let Some(message) = Message::grown(entry, &mut dice) else { continue };
            let told = |port, fields: &[u8], expected: &[u8], count: &mut usize| {
                let got = ask(port, fields);
                let text = fields.escape_ascii();
                assert_eq!(got, expected, "{code}{text} to {port:?}: {}", got.escape_ascii());
                *count += 1;
            };
            // What agrees is never a contradiction.
            for port in [FIRST, LmkPort::Default] {
                let settled =
                    port == FIRST || message.named.is_some() || !message.blocks.is_empty();
                if !settled {
                    continue;
                }
                let got = ask(port, &message.with(1, &[1]));
                let text = message.fields.escape_ascii();
                assert!(![b"13", b"A2", b"A3"].iter().any(|code| got == **code), "{code}{text}");
                if message.others {
                    assert_ne!(got, b"00", "{code}{text} opens what is in no key block");
                    seen.foreign += usize::from(got == b"A1");
                }
            }
            if message.named.is_some() {
                told(OTHER, &message.with(1, &[1]), b"13", &mut seen.unknown);
                told(FIRST, &message.with(3, &[1]), b"13", &mut seen.unknown);
                told(LmkPort::Default, &message.with(NONE, &[1]), b"13", &mut seen.unknown);
            }
            if message.blocks.is_empty() {
                continue;
            }
            seen.most = seen.most.max(message.blocks.len());
            let is_read =
                |kind| (entry.trace)(&message.fields, scope(kind), &mut Trace::new()).is_ok();
            if is_read(LmkKind::Variant) {
                told(VARIANT, &message.with(0, &[0]), b"A1", &mut seen.schemes);
                told(VARIANT, &message.with(0, &[1]), b"A1", &mut seen.schemes);
            }
            told(FIRST, &message.with(1, &[3]), b"A2", &mut seen.identifiers);
            if message.named.is_some() {
                told(LmkPort::Default, &message.with(1, &[3]), b"A2", &mut seen.identifiers);
            } else {
                told(LmkPort::Default, &message.with(1, &[NONE]), b"13", &mut seen.unknown);
            }
            for other in 1..message.blocks.len() {
                let mut ids = vec![1; other];
                ids.push(3);
                told(FIRST, &message.with(1, &ids), b"A2", &mut seen.identifiers);
                if message.named.is_none() {
                    told(LmkPort::Default, &message.with(1, &ids), b"A3", &mut seen.key_blocks);
                }
            }
        }
        assert!(seen.is_complete(has_keys), "{code}: {seen:?}");
    }
}
