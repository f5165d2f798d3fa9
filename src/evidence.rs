//! `strongroom evidence`: what is left of a lease, read by anybody.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use lease::evidence::{Actor, Record, verify};

use crate::failure::Failure;

/// Read the signed records that the releases of an appliance have left
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Verify(Verify),
}

/// Verify a file of evidence: every signature, hash and counter; nothing else is needed
///
/// Prints one line per release. Exit status 1 if anything was altered, removed or added, or if the last record says that
/// something of the tenant was left. That records are missing at the end shows only in their number, which the pool knows.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example, after `EVIDENCE EXPORT S0000000001D evidence.jsonl` at the provider's console:\n  strongroom \
                  evidence verify evidence.jsonl"
)]
struct Verify {
    /// The file, as the provider's console exports it
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Public key of the appliance, from somebody else than who gave you the file; without it the file vouches for itself
    #[arg(long, value_name = "HEX")]
    public_key: Option<String>,
}

/// What a file of evidence says.
#[derive(Debug)]
pub(crate) struct Told {
    /// In lines for people.
    pub(crate) lines: Vec<String>,
    /// Whether the last release left nothing.
    pub(crate) is_clean: bool,
}

/// What is said where the last release left something.
pub(crate) const LEFT: &str =
    "the evidence verifies, and says that something of the tenant was left";

/// Verifies a file.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Verb::Verify(Verify { file, public_key }) = &arguments.verb;
    let place = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format_args!("{place} cannot be read: {error}")))?;
    let Told { lines, is_clean } = told(&text, public_key.as_deref())
        .map_err(|doubt| Failure::answer(format_args!("{place}: {doubt}")))?;
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(Failure::output)?;
    if is_clean { Ok(()) } else { Err(Failure::answer(LEFT)) }
}

/// Verifies a file of evidence and says what is in it.
///
/// # Errors
/// The first line that is wrong.
pub(crate) fn told(text: &str, public_key: Option<&str>) -> Result<Told, lease::evidence::Doubt> {
    let (head, records) = verify(text, public_key)?;
    let mut lines: Vec<_> = records.iter().map(line).collect();
    let whose = if public_key.is_some() { "the given" } else { "its own" };
    lines.push(format!(
        "{}: {} verified with {whose} public key {}",
        head.appliance,
        self::records(records.len() as u64),
        head.public_key
    ));
    Ok(Told { lines, is_clean: records.last().is_none_or(Record::is_clean) })
}

/// So many records, in words.
pub(crate) fn records(count: u64) -> String {
    format!("{count} record{}", if count == 1 { "" } else { "s" })
}

/// One release in a line.
fn line(record: &Record) -> String {
    let Record { counter, tenant, actor, began, ended, checks, .. } = record;
    let by = match actor {
        Actor::Tenant => "the tenant".to_owned(),
        Actor::Provider { request } => format!("the provider on request {request}"),
    };
    let searched: u64 = checks.iter().map(|check| check.searched).sum();
    let found: u64 = checks.iter().map(|check| check.found).sum();
    let tenant = tenant.get(..16).unwrap_or(tenant);
    let seconds = (*ended - *began).as_seconds_f64();
    format!(
        "{counter:>4}  {}  by {by}, tenant {tenant}, in {seconds:.1} s; {found} of {searched} places held something",
        began.date()
    )
}
