//! Decodes messages field by field, offline.

use core::ops::Range;

use wire::{ErrorCode, FieldSpec, Grammar, Scope, Step, Trace, grow};

use crate::{COMMANDS, Entry, envelope, error, find};

/// One line of a decoded message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Bytes of the message.
    pub at: Range<usize>,
    /// Name of the field.
    pub name: &'static str,
    /// What its value means, or what is wrong with it.
    pub note: String,
    /// Whether it is a clear PIN or component, which is not for every eye.
    pub is_secret: bool,
    /// Whether this is where the message stops making sense.
    pub is_refused: bool,
}

/// A decoded message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explained {
    /// Name of the command.
    pub title: String,
    /// Lines in the order of the message.
    pub lines: Vec<Line>,
}

/// Why a message cannot be decoded at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unexplained {
    /// Too short for header and command code.
    Short,
    /// No command and no reply has this code.
    Unknown([u8; 2]),
}

/// What must be known to decode a message.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Characters in the header.
    pub header: usize,
    /// Settings of the appliance, as far as they change how messages read.
    pub scope: Scope<'a>,
}

/// Decodes a request, or a reply.
///
/// A reply reads differently after different requests. Without `request` the first request that
/// makes sense of the reply stands in for it.
pub fn explain(
    message: &[u8],
    request: Option<&[u8]>,
    context: Context<'_>,
) -> Result<Explained, Unexplained> {
    let Some((head, [first, second, fields @ ..])) = message.split_at_checked(context.header)
    else {
        return Err(Unexplained::Short);
    };
    let code = [*first, *second];
    let start = head.len() + 2;
    let mut lines = Vec::new();
    if !head.is_empty() {
        lines.push(line(0..head.len(), "header", "repeated in the reply".to_owned()));
    }
    if let (Some(entry), None) = (find(code), request) {
        lines.push(line(head.len()..start, "command code", name(entry)));
        let mut seen = Trace::new();
        let _ = (entry.trace)(fields, context.scope, &mut seen);
        lines.extend(steps(&seen, message, start));
        if !lines.iter().any(|line| line.is_refused) {
            close(&mut lines, message, start);
        }
        return Ok(Explained { title: name(entry), lines });
    }
    let entry = COMMANDS
        .iter()
        .find(|entry| entry.spec.reply_code == code || entry.spec.print_code == Some(code))
        .ok_or(Unexplained::Unknown(code))?;
    lines.push(line(head.len()..start, "reply code", format!("reply to {}", name(entry))));
    let Some((error, fields)) = fields.split_first_chunk() else {
        return Err(Unexplained::Short);
    };
    let error = ErrorCode(*error);
    lines.push(line(start..start + 2, "error code", meaning(entry, error)));
    let start = start + 2;
    if entry.spec.reply_code == code && entry.spec.carried.contains(&error) {
        let request = request.map(|request| request.get(context.header + 2..).unwrap_or_default());
        let seen = reply_steps(entry, request, fields, error, context.scope);
        lines.extend(steps(&seen, message, start));
    }
    if !lines.iter().any(|line| line.is_refused) {
        close(&mut lines, message, start);
    }
    Ok(Explained { title: format!("Reply to {}", name(entry)), lines })
}

/// Steps through a reply, after its own request or after one that fits.
fn reply_steps(
    entry: &Entry,
    request: Option<&[u8]>,
    fields: &[u8],
    error: ErrorCode,
    scope: Scope<'_>,
) -> Trace {
    if let Some(request) = request {
        let mut seen = Trace::new();
        let _ = (entry.trace_reply)(request, fields, error, scope, &mut seen);
        return seen;
    }
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut dice = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit.max(1) as u64).unwrap_or(0)
    };
    let mut best = Trace::new();
    for _ in 0..GUESSES {
        let grown = grow(|message, seen| (entry.trace)(message, scope, seen), &mut dice);
        let Some(request) = grown else { continue };
        let mut seen = Trace::new();
        if (entry.trace_reply)(&request, fields, error, scope, &mut seen).is_ok() {
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

/// The lines of a trace; `start` is where the fields begin in `message`.
fn steps(seen: &Trace, message: &[u8], start: usize) -> Vec<Line> {
    // A refusal is noted by the field and then by each group around it; the field says most.
    let refused = seen
        .windows(2)
        .position(|pair| !is_refusal(&pair[0]) && is_refusal(&pair[1]))
        .map_or_else(|| seen.iter().position(is_refusal), |before| Some(before + 1));
    let mut lines = Vec::new();
    for (at, (spec, range, step)) in seen.iter().enumerate() {
        let range = range.start + start..range.end + start;
        let value = message.get(range.clone()).unwrap_or_default();
        match step {
            Step::Read if is_leaf(&spec.grammar) => lines.push(Line {
                is_secret: matches!(spec.grammar, Grammar::Secret(..)),
                ..line(range, spec.name, note(spec, value))
            }),
            Step::Refused(fault) if Some(at) == refused => {
                let (code, doc) = (fault.code(), first_line(spec.doc));
                let text = format!("refused with error {code}: expected {doc}");
                lines.push(Line { is_refused: true, ..line(range, spec.name, text) });
            }
            _ => {}
        }
    }
    lines
}

fn is_refusal((_, _, step): &(&FieldSpec, Range<usize>, Step)) -> bool {
    matches!(step, Step::Refused(_))
}

/// Adds the trailer, or what is too much.
fn close(lines: &mut Vec<Line>, message: &[u8], start: usize) {
    let end = lines.iter().map(|line| line.at.end).max().unwrap_or(start).max(start);
    let rest = message.get(end..).unwrap_or_default();
    match rest {
        [] => {}
        [0x19, ..] if envelope::end(rest).is_ok() => {
            lines.push(line(end..message.len(), "trailer", "repeated in the reply".to_owned()));
        }
        _ => {
            let text =
                format!("refused with error {}: nothing may follow", ErrorCode::INVALID_INPUT);
            let excess = line(end..message.len(), "excess", text);
            lines.push(Line { is_refused: true, ..excess });
        }
    }
}

fn line(at: Range<usize>, name: &'static str, note: String) -> Line {
    Line { at, name, note, is_secret: false, is_refused: false }
}

fn name(entry: &Entry) -> String {
    let code = entry.spec.code.escape_ascii();
    format!("{code} {}", first_line(entry.spec.doc).trim_end_matches('.'))
}

/// What the value of a field means: that of its code, else that of the field.
fn note(spec: &FieldSpec, value: &[u8]) -> String {
    if let Grammar::Choice(variants) = spec.grammar
        && let Some(variant) = variants.iter().find(|v| value.starts_with(v.code.as_bytes()))
    {
        return first_line(variant.doc).to_owned();
    }
    first_line(spec.doc).to_owned()
}

fn is_leaf(grammar: &Grammar) -> bool {
    match grammar {
        Grammar::Group(_) | Grammar::List(..) => false,
        Grammar::Choice(variants) => variants.iter().all(|variant| variant.then.is_none()),
        _ => true,
    }
}

/// What an error code means in this command.
fn meaning(entry: &Entry, code: ErrorCode) -> String {
    let own = entry.spec.errors.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    own.or_else(|| error::meaning(code)).unwrap_or("no known meaning in this command").to_owned()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
