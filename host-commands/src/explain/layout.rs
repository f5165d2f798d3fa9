//! From the steps through a message to the lines that show it.

use core::ops::Range;

use wire::{ErrorCode, Fault, FieldSpec, Grammar, Scope, Step, Trace, Variant};

use super::{Context, Line, explain, key, sentence};
use crate::{envelope, manual::format};

/// A message, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'a> {
    /// All of it, header first.
    pub(super) message: &'a [u8],
    /// Characters in the header.
    pub(super) header: usize,
    /// Settings that it was read under.
    pub(super) scope: Scope<'a>,
}

/// A field with the fields inside it.
struct Node<'t> {
    spec: &'static FieldSpec,
    at: Range<usize>,
    step: &'t Step,
    inside: Vec<Self>,
}

impl<'a> Layout<'a> {
    /// Where the fields begin, `behind` bytes after the command code.
    pub(super) fn start(&self, behind: usize) -> usize {
        self.header + 2 + behind
    }

    /// The fields, `behind` bytes after the command code.
    pub(super) fn fields(&self, behind: usize) -> &'a [u8] {
        self.message.get(self.start(behind)..).unwrap_or_default()
    }

    /// Header and code.
    pub(super) fn head(&self, name: &str, note: String) -> Vec<Line> {
        let header = self.line(0..self.header, "header", "repeated in the reply".to_owned());
        let code = self.line(self.header..self.start(0), name, note);
        let header = (self.header > 0).then_some(header);
        header.into_iter().chain([code]).collect()
    }

    /// A line at no depth that says what these bytes are.
    #[expect(clippy::unused_self, reason = "every line is made in the same way")]
    pub(super) fn line(&self, at: Range<usize>, name: &str, note: String) -> Line {
        let name = name.replace('_', " ");
        Line { at, depth: 0, name, note, is_secret: false, is_refused: false }
    }

    /// Lines of the fields that begin at `start`, and of what is behind them.
    ///
    /// `refusal` is what the appliance answers if a request does not read, none for a reply;
    /// `requests` are those that enclosed replies answer.
    pub(super) fn lines(
        &self,
        seen: &Trace,
        start: usize,
        refusal: Option<ErrorCode>,
        definition: &[FieldSpec],
        requests: Option<&[&[u8]]>,
    ) -> Vec<Line> {
        let mut lines = Lines {
            layout: *self,
            refused: match refusal {
                Some(code) => format!("refused with error {code}"),
                None => "not understood".to_owned(),
            },
            requests: requests.unwrap_or_default().iter(),
            hides: has_secret(definition),
            made: Vec::new(),
            end: start,
        };
        let (parts, missing) = tree(seen, start);
        for part in &parts {
            lines.field(part, 0, part.spec.name, &sentence(part.spec.doc));
        }
        lines.close(&missing);
        lines.made
    }
}

/// The fields of a trace, and those that may stand behind the last of them.
fn tree(seen: &Trace, start: usize) -> (Vec<Node<'_>>, Vec<&'static FieldSpec>) {
    let mut open = vec![Vec::new()];
    let mut missing = Vec::new();
    let mut end = start;
    for (spec, at, step) in seen {
        if *step == Step::Begun {
            open.push(Vec::new());
            continue;
        }
        let inside = if open.len() > 1 { open.pop().unwrap_or_default() } else { Vec::new() };
        let at = at.start + start..at.end + start;
        if at.end > end && *step == Step::Read {
            missing.clear();
            end = at.end;
        }
        match step {
            Step::Absent => missing.push(*spec),
            _ => {
                if let Some(around) = open.last_mut() {
                    around.push(Node { spec, at, step, inside });
                }
            }
        }
    }
    (open.swap_remove(0), missing)
}

/// Lines that are being made.
struct Lines<'a, 'r> {
    layout: Layout<'a>,
    /// What is said of what does not read.
    refused: String,
    /// Requests that the enclosed replies answer, in order.
    requests: core::slice::Iter<'r, &'r [u8]>,
    /// Whether what cannot be read may hold something clear.
    hides: bool,
    made: Vec<Line>,
    /// End of what the lines show.
    end: usize,
}

impl Lines<'_, '_> {
    fn push(&mut self, until: usize, depth: usize, name: &str, note: String) -> &mut Line {
        let at = self.end..until.max(self.end);
        self.end = at.end;
        self.made.push(Line { depth, ..self.layout.line(at, name, note) });
        let last = self.made.len() - 1;
        &mut self.made[last]
    }

    fn value(&self, at: &Range<usize>) -> &[u8] {
        self.layout.message.get(at.clone()).unwrap_or_default()
    }

    /// A field and those inside it. Its first line also shows what introduces it.
    fn field(&mut self, part: &Node<'_>, depth: usize, name: &str, doc: &str) {
        let refused = match part.step {
            Step::Refused(fault) if !part.inside.iter().any(is_refused) => Some(*fault),
            _ => None,
        };
        if let (Some(fault), []) = (refused, &part.inside[..]) {
            return self.refused(part, (depth, name, doc), fault);
        }
        match part.spec.grammar {
            Grammar::List(..) => self.items(part, depth, name, doc),
            Grammar::Group(_) => {
                self.push(part.at.start, depth, name, doc.to_owned());
                self.inside(part, depth + 1);
            }
            Grammar::Choice(variants) => {
                let variant = variant(variants, self.value(&part.at));
                let length = variant.map_or(0, |variant| variant.code.len());
                let note = variant.map_or_else(|| doc.to_owned(), |variant| sentence(variant.doc));
                let whole = part.inside.is_empty();
                let until = if whole { part.at.end } else { part.at.start + length };
                self.push(until, depth, name, note);
                self.inside(part, depth + 1);
            }
            Grammar::Key(role, ..) => self.key(part, depth, name, role, doc),
            Grammar::Message(width) => self.message(part, depth, name, width, doc),
            Grammar::Secret(..) => {
                self.push(part.at.end, depth, name, doc.to_owned()).is_secret = true;
            }
            _ => {
                self.push(part.at.end, depth, name, doc.to_owned());
            }
        }
        if let Some(fault) = refused {
            self.refused(part, (depth, name, doc), fault);
        } else if part.at.end > self.end && matches!(part.step, Step::Read) {
            self.push(part.at.end, depth, &format!("end of {name}"), String::new());
        }
    }

    fn inside(&mut self, part: &Node<'_>, depth: usize) {
        for field in &part.inside {
            self.field(field, depth, field.spec.name, &sentence(field.spec.doc));
        }
    }

    /// The items of a list carry its name and a number; what closes it is a field of its own.
    fn items(&mut self, list: &Node<'_>, depth: usize, name: &str, doc: &str) {
        if list.inside.is_empty() && list.at.start > self.end {
            self.push(list.at.start, depth, name, doc.to_owned());
        }
        for (at, item) in list.inside.iter().enumerate() {
            match item.spec.grammar {
                Grammar::Literal(_) => self.field(item, depth, item.spec.name, ""),
                _ => self.field(item, depth, &format!("{name} {}", at + 1), doc),
            }
        }
    }

    fn key(&mut self, part: &Node<'_>, depth: usize, name: &str, role: &str, doc: &str) {
        let token = self.value(&part.at).to_vec();
        let described = key::describe(&token);
        let note = format!("{role}, {}: {doc}", described.scheme);
        let mut end = part.at.end;
        if let [first, ..] = &described.fields[..] {
            end = part.at.start + first.at.start;
        }
        self.push(end, depth, name, note);
        for field in described.fields {
            self.push(part.at.start + field.at.end, depth + 1, field.name, field.meaning);
        }
    }

    /// A message inside the message, with a header as long as the outer one or with none.
    fn message(&mut self, part: &Node<'_>, depth: usize, name: &str, width: usize, doc: &str) {
        let request = self.requests.next().copied();
        let start = part.at.start + width;
        let Layout { header, scope, .. } = self.layout;
        let readings = [0, header].map(|header| {
            let context = Context { header, lmk: Some(scope.lmk), scope };
            explain(self.value(&(start..part.at.end)), request, context).ok()
        });
        let [bare, headed] = readings;
        let reading = match (bare, headed) {
            (Some(bare), Some(headed)) if bare.is_refused() && !headed.is_refused() => Some(headed),
            (bare, headed) => bare.or(headed),
        };
        let title = reading.as_ref().map_or(doc, |reading| &reading.title);
        self.push(start, depth, name, title.to_owned());
        for line in reading.into_iter().flat_map(|reading| reading.lines) {
            let at = line.at.start + start..line.at.end + start;
            self.end = at.end;
            self.made.push(Line { at, depth: line.depth + depth + 1, ..line });
        }
        if self.end < part.at.end {
            let note = "no command and no reply has this code".to_owned();
            let hides = self.hides;
            self.push(part.at.end, depth + 1, "message", note).is_secret = hides;
        }
    }

    /// What cannot be read, and everything behind it.
    fn refused(&mut self, part: &Node<'_>, (depth, name, doc): (usize, &str, &str), fault: Fault) {
        let FieldSpec { grammar, ends, .. } = part.spec;
        let mut wanted = match grammar {
            Grammar::Choice(variants) => {
                let codes: Vec<_> = variants.iter().map(|variant| variant.code).collect();
                format!("one of {}", codes.join(", "))
            }
            grammar => format(grammar),
        };
        if let Some(end) = ends {
            wanted = format!("{wanted}, closed by `{}`", end.escape_ascii());
        }
        let what = match fault {
            Fault::Short => format!("the message ends before it should; expected {wanted}"),
            Fault::Length => format!("the length contradicts the data; expected {wanted}"),
            Fault::Invalid | Fault::Code(_) => format!("expected {wanted}"),
        };
        let what = if doc.is_empty() { what } else { format!("{what}: {doc}") };
        let note = format!("{}: {what}", self.refused);
        let (until, hides) = (self.layout.message.len(), self.hides);
        let line = self.push(until, depth, name, note);
        (line.is_refused, line.is_secret) = (true, hides);
    }

    /// The trailer, or what is too much; `missing` may stand there.
    fn close(&mut self, missing: &[&'static FieldSpec]) {
        let rest = self.value(&(self.end..self.layout.message.len())).to_vec();
        let until = self.layout.message.len();
        match &rest[..] {
            [] => {}
            [0x19, ..] if envelope::end(&rest).is_ok() => {
                self.push(until, 0, "trailer", "repeated in the reply".to_owned());
            }
            _ => {
                let may = missing.iter().map(|spec| {
                    let mark = spec.after.map(|mark| format!(" behind `{mark}`"));
                    format!(" or {}{}", spec.name.replace('_', " "), mark.unwrap_or_default())
                });
                let may: String = may.collect();
                let note = format!("{}: expected the end{may}", self.refused);
                let hides = self.hides;
                let line = self.push(until, 0, "excess", note);
                (line.is_refused, line.is_secret) = (true, hides);
            }
        }
    }
}

fn is_refused(part: &Node<'_>) -> bool {
    matches!(part.step, Step::Refused(_))
}

fn variant(variants: &'static [Variant], value: &[u8]) -> Option<&'static Variant> {
    variants.iter().find(|variant| value.starts_with(variant.code.as_bytes()))
}

/// Whether something clear may stand in these fields.
fn has_secret(fields: &[FieldSpec]) -> bool {
    fn holds(grammar: &Grammar) -> bool {
        match grammar {
            Grammar::Secret(..) | Grammar::Message(_) => true,
            Grammar::Group(fields) => has_secret(fields),
            Grammar::List(item, _) => holds(item),
            Grammar::Choice(variants) => {
                variants.iter().filter_map(|variant| variant.then.as_ref()).any(holds)
            }
            _ => false,
        }
    }
    fields.iter().any(|field| holds(&field.grammar))
}
