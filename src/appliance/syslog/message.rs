//! Lines as RFC 5424 has them.

use vault::Moment;

use super::Line;
use crate::{Action, ErrorEntry, Kind, Record, SerialNumber, Severity};

/// Facility "log audit".
const FACILITY: u8 = 13;

/// Name of structured data; the number is the one that RFC 5612 keeps for examples.
const DATA: &str = "strongroom@32473";

/// A whole line, without the length that frames it.
pub(super) fn text(line: &Line, device: SerialNumber) -> String {
    match line {
        Line::Record(record) => of_record(record, device),
        Line::Error(entry) => of_error(entry, device),
    }
}

fn of_record(record: &Record, device: SerialNumber) -> String {
    let Record { counter, time: [h, m, s], date: [day, month, year], event } = record;
    let at = if *month == 0 {
        "-".to_owned()
    } else {
        format!("20{year:02x}-{month:02x}-{day:02x}T{h:02x}:{m:02x}:{s:02x}Z")
    };
    let (kind, severity) = match event.kind {
        Kind::Host => ("host", 6),
        Kind::Console => ("console", 5),
        Kind::Fraud => ("fraud", 4),
        Kind::Action => ("user", 5),
    };
    let (code, response) = (event.code.escape_ascii(), event.response.escape_ascii());
    let what = match (event.kind, Action::name(event.code)) {
        (Kind::Host, _) => format!("Host command {code} answered {response}"),
        (Kind::Console, _) => format!("Console command {code} ended with {response}"),
        (Kind::Fraud, _) => format!("Command {code} exceeded fraud limit {response}"),
        (Kind::Action, Some(name)) => name.to_owned(),
        (Kind::Action, None) => format!("User action {code}"),
    };
    let data = format!(
        "[{DATA} counter=\"{counter:08X}\" type=\"{kind}\" code=\"{code}\" response=\"{response}\"]"
    );
    line((severity, &at, device), "AUDIT", &data, &what)
}

fn of_error(entry: &ErrorEntry, device: SerialNumber) -> String {
    let ErrorEntry { fault, sub_code, count, last, .. } = entry;
    let severity = match fault.severity() {
        Severity::Informative => 6,
        Severity::Recoverable => 4,
        Severity::Major => 3,
        Severity::Catastrophic => 2,
    };
    let at = last.map_or_else(|| "-".to_owned(), timestamp);
    let code = *fault as u8;
    let data = format!(
        "[{DATA} code=\"{code:02}\" subcode=\"{sub_code}\" count=\"{count}\" severity=\"{}\"]",
        fault.severity().name()
    );
    line((severity, &at, device), "ERROR", &data, fault.text())
}

fn timestamp(at: Moment) -> String {
    at.to_string().replacen(' ', "T", 1) + "Z"
}

fn line(
    (severity, at, device): (u8, &str, SerialNumber),
    id: &str,
    data: &str,
    text: &str,
) -> String {
    let priority = FACILITY * 8 + severity;
    format!("<{priority}>1 {at} {device} strongroom - {id} {data} {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Fault};

    fn at() -> Option<Moment> {
        Moment::of_time(b"20261124101500Z")
    }

    #[test]
    fn records_become_lines() {
        let event = Event { kind: Kind::Host, code: *b"CA", response: *b"20" };
        let record = Record::new(142, at(), event);
        assert_eq!(
            of_record(&record, SerialNumber::default()),
            "<110>1 2026-11-24T10:15:00Z S0000000001D strongroom - AUDIT [strongroom@32473 \
             counter=\"0000008E\" type=\"host\" code=\"CA\" response=\"20\"] Host command CA answered 20"
        );
        let record = Record::new(1, None, Action::Online.done());
        assert_eq!(
            of_record(&record, SerialNumber::default()),
            "<109>1 - S0000000001D strongroom - AUDIT [strongroom@32473 counter=\"00000001\" \
             type=\"user\" code=\"ON\" response=\"00\"] Device goes online"
        );
    }

    #[test]
    fn errors_become_lines() {
        let entry = ErrorEntry {
            fault: Fault::AuditDamaged,
            sub_code: 7,
            count: 2,
            first: at(),
            last: at(),
        };
        assert_eq!(
            of_error(&entry, SerialNumber::default()),
            "<106>1 2026-11-24T10:15:00Z S0000000001D strongroom - ERROR [strongroom@32473 \
             code=\"05\" subcode=\"7\" count=\"2\" severity=\"catastrophic\"] Audit record is not as \
             it was written"
        );
    }
}
