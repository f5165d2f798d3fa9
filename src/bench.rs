//! `strongroom bench`: load, latency and CPU time for each command.
//!
//! What counts is the CPU time that the target takes for a command, set against a reference server
//! that only moves the same bytes, in windows that alternate: on a machine that others use too,
//! throughput says little. Throughput and latency are printed all the same.

mod ask;
mod client;
mod connection;
mod echo;
mod failure;
mod folder;
mod frames;
mod idle;
mod keys;
mod line;
mod mix;
mod prepare;
mod process;
mod recipes;
mod report;
mod rounds;
mod schedule;
mod session;
mod statistics;
mod target;
mod traffic;

use failure::Failure;
use mix::MIXES;
use session::Session;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Measure how fast an appliance answers, and what it uses meanwhile
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = help())]
pub(crate) struct Arguments {
    /// What to send: a mix, `all`, or `conns`.
    #[arg(default_value = "switch")]
    mix: String,
    /// Connections [default: 16; conns: 2000]
    #[arg(long, value_parser = at_least_one)]
    connections: Option<usize>,
    /// Commands on their way on each connection [default: 1 and then 16]
    #[arg(long, value_parser = at_least_one)]
    depth: Option<usize>,
    /// Measure this server instead of one of its own.
    #[arg(long, value_name = "ADDR:PORT")]
    target: Option<SocketAddr>,
    /// Process of that server, if it runs on this machine: for CPU time and memory.
    #[arg(long, requires = "target")]
    pid: Option<u32>,
    /// Measure over TLS 1.3, too, beside TCP.
    #[arg(long, conflicts_with = "target")]
    tls: bool,
    /// The TLS port of that server: measure it beside the other one.
    #[arg(long, value_name = "ADDR:PORT", requires_all = ["target", "tls_certificates"])]
    tls_target: Option<SocketAddr>,
    /// Folder with `client.pem`, `client.key` and `ca.pem` for that, as `strongroom certificates`
    /// makes it
    #[arg(long, value_name = "FOLDER", requires = "tls_target")]
    tls_certificates: Option<PathBuf>,
    /// Measure a second server beside, which audits every command, in a state on disk.
    #[arg(long, conflicts_with = "target")]
    audit: bool,
    /// Rounds of one window for the reference server and one for the target
    /// [default: what fits into a minute, at most 20]
    #[arg(long, value_parser = at_least_one)]
    rounds: Option<usize>,
    /// Different keys of each kind.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    keys: usize,
    /// Send so many commands a second, and count latency from when each was to be sent; keeps one
    /// processor busy [default: as fast as replies come]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    rate: Option<u64>,
    /// Length of the message header.
    #[arg(long, default_value_t = 4, value_parser = header_length)]
    header: usize,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Further arguments for the server that it starts.
    #[arg(last = true, conflicts_with = "target")]
    server: Vec<String>,
}

fn help() -> String {
    let mut mixes = String::new();
    for mix in MIXES {
        // Writing to a string cannot fail.
        let _ = writeln!(mixes, "  {:<10}{}", mix.name, mix.about);
    }
    format!(
        "Example:
  strongroom bench nc --rounds 5
  strongroom bench switch --tls --audit
  strongroom bench switch --target 127.0.0.1:1500 --connections 64 --depth 1
  strongroom bench pin --target 127.0.0.1:1500 --tls-target 127.0.0.1:2500 --tls-certificates certs

Mixes:
{mixes}  all       every one of them
  conns     2,000 connections, of which one in a hundred is busy: memory and latency

Without --target it starts and ends a server of its own (`serve --dev` on a free port); what
follows `--` is passed to that. R is the CPU time of a reference server that only moves the same
bytes, over that of the target: 1 would be a target that costs nothing but the transport. With --tls and
--audit there is a row for each beside the plain one, measured in the same rounds: `times plain` is
CPU time for a command over that of the plain row, in the median of all rounds."
    )
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=100_000).contains(&number) { Ok(number) } else { Err("not in 1..=100000".to_owned()) }
}

fn header_length(text: &str) -> Result<usize, String> {
    text.parse::<u8>().map(usize::from).map_err(|_| "not in 0..=255".to_owned())
}

/// Run the benchmark: 0 if every reply was right, 1 if not, 2 without target or with wrong usage.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    // Not in the help: the reference server is a child process, so that its CPU time is its own.
    let outcome = if arguments.mix == "echo" {
        echo::serve(arguments.header).map(|()| true)
    } else {
        Session::start(arguments).and_then(|session| session.run())
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("strongroom bench: {failure}");
            failure.exit_code()
        }
    }
}
