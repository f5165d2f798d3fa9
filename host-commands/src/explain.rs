//! Decodes messages field by field, offline.

mod key;
mod layout;
mod reply;

use core::ops::Range;

use wire::{ErrorCode, LmkKind, Scope, Trace};

use crate::{COMMANDS, Entry, NAMED, Named, envelope::reply_code, error, find};
use layout::Layout;

/// One line of a decoded message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Bytes of the message that the line shows. The lines of a message show each byte once, in order.
    pub at: Range<usize>,
    /// How deep the field is nested.
    pub depth: usize,
    /// Name of the field, with its number if it is one of a list.
    pub name: String,
    /// What its value means, or what is wrong with it.
    pub note: String,
    /// Whether it is, or may hold, a clear PIN or key component, which is not for every eye.
    pub is_secret: bool,
    /// Whether this is where the message stops making sense.
    pub is_refused: bool,
}

/// A decoded message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explained {
    /// Name of the command.
    pub title: String,
    /// The kind of LMK under which the message makes sense.
    pub lmk: LmkKind,
    /// Lines in the order of the message.
    pub lines: Vec<Line>,
}

impl Explained {
    /// Whether the appliance would refuse a request like this, or never send a reply like this.
    pub fn is_refused(&self) -> bool {
        self.refusal().is_some()
    }

    /// Where the message stops making sense.
    pub fn refusal(&self) -> Option<&Line> {
        self.lines.iter().find(|line| line.is_refused)
    }
}

/// Why a message cannot be decoded at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unexplained {
    /// Too short for header and command code.
    Short,
    /// No command and no reply has this code.
    Unknown([u8; 2]),
    /// This is not the code of a reply to the given request.
    NotItsReply([u8; 2]),
}

/// What must be known to decode a message.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Characters in the header.
    pub header: usize,
    /// Kind of the LMK; where it is not known, the first kind under which the message makes sense.
    pub lmk: Option<LmkKind>,
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
    let kinds = match &context.lmk {
        Some(kind) => core::slice::from_ref(kind),
        None => &[LmkKind::Variant, LmkKind::KeyBlock, LmkKind::AesKeyBlock],
    };
    let mut first = None;
    for lmk in kinds {
        let scope = Scope { lmk: *lmk, ..context.scope };
        for explained in readings(message, request, context.header, scope)? {
            if !explained.is_refused() {
                return Ok(explained);
            }
            first.get_or_insert(explained);
        }
    }
    first.ok_or(Unexplained::Short)
}

/// What the message may be under one kind of LMK: a request, a reply, or both.
fn readings(
    message: &[u8],
    request: Option<&[u8]>,
    header: usize,
    scope: Scope<'_>,
) -> Result<Vec<Explained>, Unexplained> {
    let code = code(message, header).ok_or(Unexplained::Short)?;
    let layout = Layout { message, header, scope };
    if let Some(request) = request {
        let asked = self::code(request, header).ok_or(Unexplained::Short)?;
        let answered = match find(asked) {
            Some(entry) if replies(entry, code) => reply::of(layout, entry, Some(request)),
            None if code == reply_code(asked) => reply::named(layout, asked),
            _ => None,
        };
        return answered.map(|reply| vec![reply]).ok_or(Unexplained::NotItsReply(code));
    }
    let mut readings: Vec<_> = find(code).map(|entry| of(layout, entry)).into_iter().collect();
    let entries = COMMANDS.iter().filter(|entry| replies(entry, code));
    readings.extend(entries.filter_map(|entry| reply::of(layout, entry, None)));
    if readings.is_empty() {
        readings.extend(known_by_name(code).map(|named| by_name(layout, named)));
        let [first, second] = code;
        readings.extend(reply::named(layout, [first, second.wrapping_sub(1)]));
    }
    if readings.is_empty() { Err(Unexplained::Unknown(code)) } else { Ok(readings) }
}

/// A request.
fn of(layout: Layout<'_>, entry: &Entry) -> Explained {
    let mut answered = answered(entry.spec.reply_code);
    if let Some(second) = entry.spec.print_code {
        answered = format!("{answered}, and with {} when it is printed", second.escape_ascii());
    }
    let mut lines = layout.head("command code", answered);
    let mut seen = Trace::new();
    let read = (entry.trace)(layout.fields(0), layout.scope, &mut seen);
    let refusal = read.err().unwrap_or(ErrorCode::INVALID_INPUT);
    lines.extend(layout.lines(&seen, layout.start(0), Some(refusal), entry.spec.request, None));
    Explained { title: name(entry), lmk: layout.scope.lmk, lines }
}

/// A request that is known by name only.
fn by_name(layout: Layout<'_>, named: &Named) -> Explained {
    let title = format!("{} {}", named.code.escape_ascii(), named.name);
    let mut lines = layout.head("command code", answered(reply_code(named.code)));
    let text = format!("refused with error {}: known by name only, not built", error::DISABLED.0);
    lines.push(Line {
        is_refused: true,
        ..layout.line(layout.start(0)..layout.message.len(), "fields", text)
    });
    Explained { title, lmk: layout.scope.lmk, lines }
}

fn known_by_name(code: [u8; 2]) -> Option<&'static Named> {
    NAMED.iter().find(|named| named.code == code)
}

/// The code of a message behind its header.
fn code(message: &[u8], header: usize) -> Option<[u8; 2]> {
    message.get(header..)?.first_chunk().copied()
}

/// Whether this is the code of a reply, or of a second reply, to the command.
fn replies(entry: &Entry, code: [u8; 2]) -> bool {
    entry.spec.reply_code == code || entry.spec.print_code == Some(code)
}

fn name(entry: &Entry) -> String {
    format!("{} {}", entry.spec.code.escape_ascii(), sentence(entry.spec.doc))
}

fn answered(reply: [u8; 2]) -> String {
    format!("answered with {}", reply.escape_ascii())
}

/// What an error code means in this command.
fn meaning(entry: &Entry, code: ErrorCode) -> &'static str {
    let own = entry.spec.errors.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    own.or_else(|| error::meaning(code)).unwrap_or("no known meaning in this command")
}

/// The first sentence of a doc comment, without its full stop.
fn sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let sentence = paragraph.split(". ").next().unwrap_or_default();
    sentence.strip_suffix('.').unwrap_or(sentence).to_owned()
}
