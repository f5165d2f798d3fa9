//! Runs cases and says what came of them.

use std::time::{Duration, Instant};

use wire::text;

use super::{
    case::{Case, Lmk, Step},
    host::{Host, HostError},
    template::{Captures, Template},
};

/// What came of a case.
#[derive(Debug)]
pub(crate) enum Verdict {
    Passed,
    Failed(Failure),
    /// With the reason.
    Skipped(String),
}

/// A reply that is not the expected one.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// What is wrong, in one line.
    pub(crate) reason: String,
    /// The request that was answered wrongly, as text.
    pub(crate) request: String,
    /// The expected reply as far as it is fixed, as text.
    pub(crate) expected: String,
    /// The reply as text; empty if there is none.
    pub(crate) got: String,
}

/// A verdict and how long it took.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
}

/// Runs a case; the error is a port that cannot be reached.
pub(crate) fn run(case: &Case, settings: &str, host: &mut Host) -> Result<Outcome, HostError> {
    let start = Instant::now();
    let verdict = match skip(case, settings, host) {
        Some(reason) => Verdict::Skipped(reason),
        None => conversation(case, host)?,
    };
    Ok(Outcome { verdict, took: start.elapsed() })
}

fn skip(case: &Case, settings: &str, host: &Host) -> Option<String> {
    if case.settings != settings {
        return Some(format!("needs settings {}", case.settings));
    }
    let missing: Option<Lmk> = case.steps.iter().map(|step| step.lmk).find(|&lmk| !host.has(lmk));
    missing.map(|lmk| format!("needs LMK {lmk}"))
}

fn conversation(case: &Case, host: &mut Host) -> Result<Verdict, HostError> {
    let mut captures = Captures::new();
    for (number, step) in case.steps.iter().enumerate() {
        if let Some(mut failure) = exchange(step, case.parse_only.is_some(), host, &mut captures)? {
            if case.steps.len() > 1 {
                failure.reason = format!("step {}: {}", number + 1, failure.reason);
            }
            return Ok(Verdict::Failed(failure));
        }
    }
    Ok(Verdict::Passed)
}

fn exchange(
    step: &Step,
    parse_only: bool,
    host: &mut Host,
    captures: &mut Captures,
) -> Result<Option<Failure>, HostError> {
    let mut failure = Failure { expected: step.reply.show(captures), ..Failure::default() };
    let request = match step.request.fill(captures) {
        Ok(request) => request,
        Err(error) => return Ok(Some(Failure { reason: error.to_string(), ..failure })),
    };
    failure.request = text::write(&request);
    let reply = match host.ask(step.lmk, &request) {
        Ok(reply) => reply,
        Err(error @ HostError::Unreachable { .. }) => return Err(error),
        Err(error) => return Ok(Some(Failure { reason: error.to_string(), ..failure })),
    };
    let difference = if parse_only { None } else { step.reply.hold(&reply, captures).err() };
    failure.got = text::write(&reply);
    failure.reason = match (difference, error_code(&reply)) {
        (Some(_), Some("68")) => "not implemented (68)".to_owned(),
        (Some(at), Some(code)) => difference_at(at, code, &step.reply),
        (Some(at), None) => format!("differs at byte {at}"),
        (None, Some(code @ ("15" | "68" | "80"))) if parse_only => {
            format!("not understood ({code})")
        }
        (None, None) if parse_only => "not a reply".to_owned(),
        (None, _) => return Ok(second(step, parse_only, host, captures, failure)),
    };
    host.close(step.lmk);
    Ok(Some(failure))
}

/// The reply that follows the first one when the printer is done.
fn second(
    step: &Step,
    parse_only: bool,
    host: &mut Host,
    captures: &mut Captures,
    mut failure: Failure,
) -> Option<Failure> {
    let Some(expected) = step.second.as_ref().filter(|_| !parse_only) else {
        // Nobody waits for what may follow.
        if step.prints() {
            host.close(step.lmk);
        }
        return None;
    };
    failure.expected = expected.show(captures);
    failure.got = String::new();
    let reason = match host.next(step.lmk) {
        Ok(reply) => {
            failure.got = text::write(&reply);
            match (expected.hold(&reply, captures).err(), error_code(&reply)) {
                (Some(at), Some(code)) => difference_at(at, code, expected),
                (Some(at), None) => format!("differs at byte {at}"),
                (None, _) => return None,
            }
        }
        Err(error) => error.to_string(),
    };
    host.close(step.lmk);
    Some(Failure { reason: format!("second reply: {reason}"), ..failure })
}

/// Byte 0 is the first character of the reply code.
fn difference_at(at: usize, code: &str, expected: &Template) -> String {
    match expected.start().get(2..4).map(String::from_utf8_lossy) {
        Some(expected) if expected != code => format!("error {code} instead of {expected}"),
        _ => format!("differs at byte {at}"),
    }
}

/// The error code of a reply, if it has one.
fn error_code(reply: &[u8]) -> Option<&str> {
    reply.get(2..4).and_then(|code| str::from_utf8(code).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::case::Evidence;

    fn template(text: &str) -> Template {
        Template::read(text).expect("a template")
    }

    fn step(reply: &str) -> Step {
        Step { lmk: Lmk::Default, request: template("NC"), reply: template(reply), second: None }
    }

    #[test]
    fn an_error_code_says_more_than_a_place() {
        let reply = template("CD000482206CCD872229C203");
        assert_eq!(difference_at(2, "20", &reply), "error 20 instead of 00");
        assert_eq!(difference_at(8, "00", &reply), "differs at byte 8");
        assert_eq!(error_code(b"CD20"), Some("20"));
        assert_eq!(error_code(b"CD2"), None);
    }

    #[test]
    fn a_case_that_cannot_run_here_is_skipped() {
        use std::collections::BTreeMap;

        use crate::vectors::host::Target;

        let mut host = Host::new(Target { ports: BTreeMap::new(), header: String::new() });
        let case = Case {
            name: String::new(),
            settings: Case::DEFAULT_SETTINGS.to_owned(),
            evidence: Evidence::Device,
            source: String::new(),
            regression: false,
            parse_only: None,
            last: false,
            steps: vec![step("ND00")],
        };
        for (settings, reason) in
            [("default", "needs LMK default"), ("other", "needs settings default")]
        {
            let outcome = run(&case, settings, &mut host).expect("no connection is opened");
            assert!(
                matches!(outcome.verdict, Verdict::Skipped(found) if found == reason),
                "{settings}"
            );
        }
    }
}
