//! `strongroom commands`: every host command.

use std::io::{self, Write};

use host_commands::{Status, listing};
use serde::Serialize;

use crate::failure::Failure;

/// List every host command: code, reply code, name, family, evidence grade, status
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  strongroom commands --json | jq '.[] | select(.family == \"pin\")'"
)]
pub(crate) struct Arguments {
    /// Print an array of objects instead of a table
    #[arg(long)]
    json: bool,
}

/// One element of the array.
#[derive(Serialize)]
struct Row {
    code: String,
    reply: String,
    name: &'static str,
    family: &'static str,
    evidence: &'static str,
    status: &'static str,
}

/// Prints the listing.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    print(arguments).map_err(Failure::output)
}

fn print(arguments: &Arguments) -> io::Result<()> {
    let rows = listing().into_iter().map(|listed| Row {
        code: listed.code.escape_ascii().to_string(),
        reply: match listed.second {
            Some(second) => format!("{},{}", listed.reply.escape_ascii(), second.escape_ascii()),
            None => listed.reply.escape_ascii().to_string(),
        },
        name: listed.name,
        family: listed.family,
        evidence: listed.evidence.word(),
        status: listed.status.word(),
    });
    let rows: Vec<_> = rows.collect();
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &rows)?;
        return writeln!(out);
    }
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
    writeln!(out, "code reply {:width$} family    evidence  status", "name")?;
    for Row { code, reply, name, family, evidence, status } in &rows {
        writeln!(out, "{code}   {reply:5} {name:width$} {family:9} {evidence:9} {status}")?;
    }
    let built = rows.iter().filter(|row| row.status == Status::Implemented.word()).count();
    writeln!(out, "{built} of {} commands are implemented; the others answer 68.", rows.len())
}
