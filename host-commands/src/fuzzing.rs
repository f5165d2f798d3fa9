//! What must hold for every message. Entry of the fuzz target `message` and of the test that replays
//! its corpus.

use std::{collections::BTreeMap, sync::Arc, sync::OnceLock};

use appliance::{Appliance, BatchSize, PrintFormat, Printer, Randomness, State, StorageLength};
use bytes::BytesMut;
use wire::{Burden, ErrorCode, LmkKind, LmkPin, Scope, Storage, Trace};

use crate::{
    COMMANDS, Host, LmkPort, UnknownCommand, envelope, error,
    explain::{Context, explain},
    find,
};

/// Characters of the header.
const HEADER: usize = 4;

/// A ZPK under the test LMK 00.
const STORED: &[u8] = b"U1457FF6ADF6250C66C368416B4C9D383";

/// Reads a message, without its length and with a header of four characters, as every request and
/// every reply that it may be; then lets a development appliance answer it on every kind of port.
///
/// # Panics
/// If a message that reads does not write back to the same bytes, if an explanation leaves a byte
/// out, or if there is not exactly one reply with the right header and code; if the reply is error
/// 41, which stands for a panic, above all for one of the debug assertions on replies.
pub fn message(message: &[u8]) {
    let stored = BTreeMap::from([(1, STORED.to_vec())]);
    for scope in scopes(&stored) {
        reads_back(message, scope);
    }
    answers(message);
}

/// Settings that change how messages read.
fn scopes(stored: &BTreeMap<u16, Vec<u8>>) -> [Scope<'_>; 4] {
    let base = Scope { stored, ..Scope::FACTORY };
    let development = Scope { lmk_pin: LmkPin::Digits(13), ..base };
    [
        development,
        Scope { lmk: LmkKind::KeyBlock, storage: Storage::Variable, ..development },
        Scope { lmk: LmkKind::AesKeyBlock, lmk_pin: LmkPin::Hex(5), ..base },
        Scope { double_zmk: false, storage: Storage::Fixed(32), ..base },
    ]
}

/// What reads must write back to the same bytes, and be explained without a gap.
fn reads_back(message: &[u8], scope: Scope<'_>) {
    let Some((_, [first, second, fields @ ..])) = message.split_at_checked(HEADER) else { return };
    let code = [*first, *second];
    if let Some(entry) = find(code) {
        if let Ok(again) = (entry.again)(fields, scope) {
            assert_eq!(again.escape_ascii().to_string(), fields.escape_ascii().to_string());
        }
        let context = Context { header: HEADER, lmk: Some(scope.lmk), scope };
        if let Ok(explained) = explain(message, Some(message), context) {
            let shown: usize = explained.lines.iter().map(|line| line.at.len()).sum();
            assert_eq!(shown, message.len(), "the explanation leaves something out");
        }
    }
    // The fields of a reply to a request without fields, and to one that is the message itself.
    for entry in COMMANDS.iter().filter(|entry| entry.spec.reply_code == code) {
        let Some((error, fields)) = fields.split_first_chunk() else { continue };
        for request in [&b""[..], fields] {
            let error = ErrorCode(*error);
            let _ = (entry.trace_reply)(request, fields, error, scope, &mut Trace::new());
            if let Ok(again) = (entry.again_reply)(request, fields, error, scope) {
                assert_eq!(again.escape_ascii().to_string(), fields.escape_ascii().to_string());
            }
        }
    }
}

/// Exactly one reply on every kind of port, and never error 41.
fn answers(message: &[u8]) {
    let host = host();
    let code = message.get(HEADER..).and_then(|rest| rest.first_chunk::<2>());
    let entry = code.and_then(|code| find(*code));
    let reply_code = match (entry, code) {
        (Some(entry), _) => entry.spec.reply_code,
        (None, Some(code)) => envelope::reply_code(*code),
        (None, None) => *b"ZZ",
    };
    let start = [&message[..HEADER.min(message.len())], &reply_code].concat();
    let all = [LmkPort::Default, LmkPort::Only(0), LmkPort::Only(1), LmkPort::Only(2)];
    let ports = if entry.is_some_and(|entry| entry.spec.burden == Burden::Processor) {
        &all[..1]
    } else {
        &all
    };
    for port in ports.iter().chain(&[LmkPort::Only(99)]) {
        let mut out = BytesMut::from(&b"before"[..]);
        host.answer(*port, message, &mut out);
        let reply = out.strip_prefix(b"before").expect("what was there stays");
        let shown = reply.escape_ascii();
        let error = reply.strip_prefix(&start[..]).and_then(|rest| rest.first_chunk::<2>());
        let error = error.unwrap_or_else(|| panic!("reply without header or code: {shown}"));
        assert!(error.iter().all(u8::is_ascii_alphanumeric), "no error code: {shown}");
        assert_ne!(*error, error::INTERNAL.0.0, "the command failed: {shown}");
        assert!(u16::try_from(reply.len()).is_ok(), "the reply does not fit a frame");
    }
}

/// A new development appliance with a key in user storage, a print format, a printer and batches of one
/// entry: the same message always does the same.
fn host() -> Host {
    static STATE: OnceLock<State> = OnceLock::new();
    let state = STATE.get_or_init(|| {
        let mut state = State::development();
        // Index 1 exists.
        let _ = state.storage.set(1, StorageLength::Variable, STORED);
        state.printing.format = PrintFormat::new(b">L^0>010^P^Q^R^T>F").ok();
        state.settings.solicitation_batch_size = BatchSize::LEAST;
        state
    });
    let appliance = Appliance::new(state.clone(), Randomness::from_seed(1));
    let appliance = appliance.with_printer(Printer::discard());
    Host::new(Arc::new(appliance), 4, UnknownCommand::Disabled)
}
