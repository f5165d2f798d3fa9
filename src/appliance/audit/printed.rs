//! Records as people read them.

use core::fmt;

use super::action::Action;
use super::book::Numbered;
use super::record::{Kind, Record};
use crate::Document;
use crate::printer::LineEnd;

/// Heading of a list of records.
pub const HEADING: &str = "Counter  Time      Date      Type     Code  Resp  Flags";

/// A line of a list; [`HEADING`] is above it.
impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { counter, time: [h, m, s], date: [day, month, year], event } = self.record;
        let kind = match event.kind {
            Kind::Host => "Host",
            Kind::Console => "Console",
            Kind::Fraud => "Fraud",
            Kind::Action => "User",
        };
        let (code, response) = (event.code.escape_ascii(), event.response.escape_ascii());
        write!(f, "{counter:08X} {h:02x}:{m:02x}:{s:02x}  {day:02x}/{month:02x}/{year:02x}  ")?;
        let archived = if self.fate.archived { 'A' } else { '-' };
        let retrieved = if self.fate.retrieved { 'R' } else { '-' };
        write!(f, "{kind:<8} {code}    {response}    {archived}{retrieved}")?;
        match (event.kind, Action::name(event.code)) {
            (Kind::Action, Some(name)) => write!(f, "     {name}"),
            _ => Ok(()),
        }
    }
}

/// Records on paper, a line each.
pub fn printed_records(records: &[Numbered], line_end: LineEnd) -> Document {
    let mut document = Document::default();
    let lines = records.iter().map(Numbered::to_string);
    for line in core::iter::once(HEADING.to_owned()).chain(lines) {
        document.push(line.as_bytes());
        document.push(line_end.bytes());
    }
    document
}
