//! Replies, which read in the light of their request.

use wire::{ErrorCode, Grammar, Scope, Step, Trace, grow};

use super::{Explained, Line, code, known_by_name, layout::Layout, meaning, name};
use crate::{Entry, error};

/// A reply of a command; `None` if it ends before the error code.
pub(super) fn of(layout: Layout<'_>, entry: &Entry, request: Option<&[u8]>) -> Option<Explained> {
    let code = code(layout.message, layout.header)?;
    let error = ErrorCode(*layout.fields(0).first_chunk()?);
    let mut lines = layout.head("reply code", answer_to(entry.spec.code));
    lines.push(error_line(layout, meaning(entry, error)));
    let mut seen = Trace::new();
    let request = request.and_then(|request| request.get(layout.header + 2..));
    if entry.spec.reply_code == code && entry.spec.carried.contains(&error) {
        seen = match request {
            Some(request) => steps(entry, request, layout, error).0,
            None => guess(entry, layout, error),
        };
    }
    let enclosed = request.map(|request| enclosed(entry, request, layout.scope));
    let start = layout.start(2);
    lines.extend(layout.lines(&seen, start, None, entry.spec.reply, enclosed.as_deref()));
    let which = if entry.spec.reply_code == code { "Reply" } else { "Second reply" };
    let title = format!("{which} to {}", name(entry));
    Some(Explained { title, lmk: layout.scope.lmk, lines })
}

/// A reply to a command that is known by name only: its layout is not known.
pub(super) fn named(layout: Layout<'_>, request: [u8; 2]) -> Option<Explained> {
    let named = known_by_name(request)?;
    let error = ErrorCode(*layout.fields(0).first_chunk()?);
    let title = format!("Reply to {} {}", request.escape_ascii(), named.name);
    let mut lines = layout.head("reply code", answer_to(request));
    lines.push(error_line(layout, error::meaning(error).unwrap_or("no known meaning")));
    if layout.message.len() > layout.start(2) {
        let at = layout.start(2)..layout.message.len();
        lines.push(layout.line(at, "fields", "known by name only: not decoded".to_owned()));
    }
    Some(Explained { title, lmk: layout.scope.lmk, lines })
}

fn answer_to(request: [u8; 2]) -> String {
    format!("answers {}", request.escape_ascii())
}

fn error_line(layout: Layout<'_>, meaning: &str) -> Line {
    layout.line(layout.start(0)..layout.start(2), "error code", meaning.to_owned())
}

/// Steps through a reply to this request.
fn steps(
    entry: &Entry,
    request: &[u8],
    layout: Layout<'_>,
    error: ErrorCode,
) -> (Trace, Result<(), ErrorCode>) {
    let mut seen = Trace::new();
    let read = (entry.trace_reply)(request, layout.fields(2), error, layout.scope, &mut seen);
    (seen, read)
}

/// Steps through a reply to the first request that makes sense of it, or of most of it.
fn guess(entry: &Entry, layout: Layout<'_>, error: ErrorCode) -> Trace {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit.max(1) as u64).unwrap_or(0)
    };
    let mut best = Trace::new();
    for _ in 0..GUESSES {
        let grown = grow(|message, seen| (entry.trace)(message, layout.scope, seen), &mut dice);
        let Some(request) = grown else { continue };
        let (seen, read) = steps(entry, &request, layout, error);
        if read.is_ok() {
            return seen;
        }
        if seen.len() > best.len() {
            best = seen;
        }
    }
    best
}

/// Requests that are tried for a reply that comes without its own.
const GUESSES: usize = 400;

/// The messages inside a request, in order.
fn enclosed<'a>(entry: &Entry, request: &'a [u8], scope: Scope<'a>) -> Vec<&'a [u8]> {
    let mut seen = Trace::new();
    let _ = (entry.trace)(request, scope, &mut seen);
    let messages = seen.iter().filter_map(|(spec, at, step)| match (spec.grammar, step) {
        (Grammar::Message(width), Step::Read) => request.get(at.start + width..at.end),
        _ => None,
    });
    messages.collect()
}
