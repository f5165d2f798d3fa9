//! What came of a run, for people and for machines.

use std::{
    io::{self, Write},
    time::Duration,
};

use serde::Serialize;

use super::{
    case::{Case, Evidence, Lmk, Suite},
    outcome::{Failure, Outcome, Verdict},
};

/// Forms of report.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Form {
    /// One JSON object with totals and all cases.
    Json,
    /// `JUnit` XML, one test suite per file.
    #[value(help = "JUnit XML, one test suite per file")]
    Junit,
    /// A table of files, and the failures.
    Markdown,
}

/// A case that was run.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) case: &'a Case,
    pub(crate) outcome: Outcome,
}

impl Record<'_> {
    fn file(&self) -> String {
        self.suite.path.display().to_string()
    }
}

/// Number of cases by verdict.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Totals {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Totals {
    /// Counts.
    pub(crate) fn of<'a>(records: impl IntoIterator<Item = &'a Record<'a>>) -> Self {
        let mut totals = Self::default();
        for record in records {
            match record.outcome.verdict {
                Verdict::Passed => totals.passed += 1,
                Verdict::Failed(_) => totals.failed += 1,
                Verdict::Skipped(_) => totals.skipped += 1,
            }
        }
        totals
    }
}

/// One line for a case that failed.
pub(crate) fn failure_line(
    out: &mut dyn Write,
    record: &Record<'_>,
    failure: &Failure,
) -> io::Result<()> {
    let Failure { reason, expected, got, .. } = failure;
    write!(
        out,
        "FAIL {} \"{}\": {reason}; expected '{expected}'",
        record.file(),
        record.case.name
    )?;
    if got.is_empty() { writeln!(out) } else { writeln!(out, ", got '{got}'") }
}

/// The last line: totals, and why cases were skipped.
pub(crate) fn summary(out: &mut dyn Write, records: &[Record<'_>]) -> io::Result<()> {
    let Totals { passed, failed, skipped } = Totals::of(records);
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for record in records {
        let Verdict::Skipped(reason) = &record.outcome.verdict else { continue };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    for (reason, count) in reasons {
        writeln!(out, "skipped: {reason} ({count})")?;
    }
    writeln!(out, "{passed} passed, {failed} failed, {skipped} skipped")
}

/// Writes the report.
pub(crate) fn write(out: &mut dyn Write, form: Form, records: &[Record<'_>]) -> io::Result<()> {
    match form {
        Form::Json => json(out, records),
        Form::Junit => junit(out, records),
        Form::Markdown => markdown(out, records),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    totals: Totals,
    cases: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: String,
    name: &'a str,
    /// Codes of all its requests.
    commands: Vec<String>,
    lmk: Lmk,
    settings: &'a str,
    evidence: Evidence,
    regression: bool,
    source: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    got: Option<&'a str>,
    milliseconds: u128,
}

impl<'a> From<&'a Record<'a>> for Entry<'a> {
    fn from(record: &'a Record<'a>) -> Self {
        let Record { case, outcome, .. } = record;
        let (word, reason, failure) = match &outcome.verdict {
            Verdict::Passed => ("passed", None, None),
            Verdict::Skipped(reason) => ("skipped", Some(reason.as_str()), None),
            Verdict::Failed(failure) => ("failed", Some(failure.reason.as_str()), Some(failure)),
        };
        Self {
            file: record.file(),
            name: &case.name,
            commands: case.commands(),
            lmk: case.lmk(),
            settings: &case.settings,
            evidence: case.evidence,
            regression: case.regression,
            source: &case.source,
            outcome: word,
            reason,
            request: failure.map(|failure| failure.request.as_str()),
            expected: failure.map(|failure| failure.expected.as_str()),
            got: failure.map(|failure| failure.got.as_str()),
            milliseconds: outcome.took.as_millis(),
        }
    }
}

fn json(out: &mut dyn Write, records: &[Record<'_>]) -> io::Result<()> {
    let document =
        Document { totals: Totals::of(records), cases: records.iter().map(Entry::from).collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Records of one file after the other.
fn by_file<'a>(records: &'a [Record<'a>]) -> impl Iterator<Item = &'a [Record<'a>]> {
    records.chunk_by(|left, right| left.suite.path == right.suite.path)
}

fn seconds<'a>(records: impl IntoIterator<Item = &'a Record<'a>>) -> f64 {
    records.into_iter().map(|record| record.outcome.took).sum::<Duration>().as_secs_f64()
}

fn junit(out: &mut dyn Write, records: &[Record<'_>]) -> io::Result<()> {
    let Totals { failed, skipped, .. } = Totals::of(records);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="strongroom vectors" tests="{}" failures="{failed}" skipped="{skipped}" time="{:.3}">"#,
        records.len(),
        seconds(records)
    )?;
    for file in by_file(records) {
        let Totals { failed, skipped, .. } = Totals::of(file);
        let name = xml(&file.first().map_or_else(String::new, Record::file));
        writeln!(
            out,
            r#"  <testsuite name="{name}" tests="{}" failures="{failed}" skipped="{skipped}" time="{:.3}">"#,
            file.len(),
            seconds(file)
        )?;
        for record in file {
            let case = xml(&record.case.name);
            write!(
                out,
                r#"    <testcase classname="{name}" name="{case}" time="{:.3}""#,
                record.outcome.took.as_secs_f64()
            )?;
            match &record.outcome.verdict {
                Verdict::Passed => writeln!(out, "/>")?,
                Verdict::Skipped(reason) => {
                    writeln!(out, r#"><skipped message="{}"/></testcase>"#, xml(reason))?;
                }
                Verdict::Failed(failure) => {
                    writeln!(out, r#"><failure message="{}">"#, xml(&failure.reason))?;
                    for (what, text) in [
                        ("request ", &failure.request),
                        ("expected", &failure.expected),
                        ("got     ", &failure.got),
                    ] {
                        writeln!(out, "{what} {}", xml(text))?;
                    }
                    writeln!(out, "    </failure></testcase>")?;
                }
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no way to say the other control characters.
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

fn markdown(out: &mut dyn Write, records: &[Record<'_>]) -> io::Result<()> {
    let Totals { passed, failed, skipped } = Totals::of(records);
    writeln!(out, "# Vectors: {passed} passed, {failed} failed, {skipped} skipped\n")?;
    writeln!(out, "| file | passed | failed | skipped |\n| --- | ---: | ---: | ---: |")?;
    for file in by_file(records) {
        let Totals { passed, failed, skipped } = Totals::of(file);
        let name = file.first().map_or_else(String::new, Record::file);
        writeln!(out, "| {} | {passed} | {failed} | {skipped} |", cell(&name))?;
    }
    if failed > 0 {
        writeln!(
            out,
            "\n## Failed\n\n| case | reason | request | expected | got |\n| --- | --- | --- | --- | --- |"
        )?;
    }
    for record in records {
        if let Verdict::Failed(failure) = &record.outcome.verdict {
            write!(out, "| {} | {} |", cell(&record.case.name), cell(&failure.reason))?;
            for text in [&failure.request, &failure.expected, &failure.got] {
                let text = cell(text);
                if text.is_empty() { write!(out, " |")? } else { write!(out, " `{text}` |")? }
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('`', "'")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn case(name: &str) -> Case {
        Case {
            name: name.to_owned(),
            settings: Case::DEFAULT_SETTINGS.to_owned(),
            evidence: Evidence::Manual,
            source: "s".to_owned(),
            regression: false,
            parse_only: None,
            last: false,
            steps: Vec::new(),
        }
    }

    fn reports(form: Form) -> String {
        let suite = Suite {
            path: PathBuf::from("pin.toml"),
            cases: vec![case("good"), case("a < b | c"), case("not")],
        };
        let failure = Failure {
            reason: "error 20 instead of 00".to_owned(),
            request: "CA".to_owned(),
            expected: "CB00{:16H}".to_owned(),
            got: "CB20".to_owned(),
        };
        let verdicts =
            [Verdict::Passed, Verdict::Failed(failure), Verdict::Skipped("needs LMK x".to_owned())];
        let records: Vec<Record<'_>> = suite
            .cases
            .iter()
            .zip(verdicts)
            .map(|(case, verdict)| {
                let outcome = Outcome { verdict, took: Duration::from_millis(7) };
                Record { suite: &suite, case, outcome }
            })
            .collect();
        let mut text = Vec::new();
        write(&mut text, form, &records).expect("a report");
        summary(&mut text, &records).expect("a summary");
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn junit_tells_failures() {
        let report = reports(Form::Junit);
        for part in [
            r#"<testsuite name="pin.toml" tests="3" failures="1" skipped="1" time="0.021">"#,
            r#"<testcase classname="pin.toml" name="good" time="0.007"/>"#,
            r#"name="a &lt; b | c" time="0.007"><failure message="error 20 instead of 00">"#,
            r#"<skipped message="needs LMK x"/>"#,
        ] {
            assert!(report.contains(part), "{part} in {report}");
        }
    }

    #[test]
    fn markdown_tells_failures() {
        let report = reports(Form::Markdown);
        for part in [
            "# Vectors: 1 passed, 1 failed, 1 skipped",
            "| pin.toml | 1 | 1 | 1 |",
            r"| a < b \| c | error 20 instead of 00 | `CA` | `CB00{:16H}` | `CB20` |",
            "skipped: needs LMK x (1)\n1 passed, 1 failed, 1 skipped\n",
        ] {
            assert!(report.contains(part), "{part} in {report}");
        }
    }

    #[test]
    fn json_is_read_back() {
        let report = reports(Form::Json);
        let end = report.rfind('}').expect("an object");
        let report: serde_json::Value = serde_json::from_str(&report[..=end]).expect("JSON");
        assert_eq!(report["failed"], 1);
        assert_eq!(report["cases"][1]["got"], "CB20");
        assert_eq!(report["cases"][2]["outcome"], "skipped");
    }
}
