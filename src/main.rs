//! Strongroom, a payment HSM appliance in software: the command line.
//!
//! One subcommand is one variant of [`Subcommand`] and one module of the same name (`console_command` beside the crate
//! `console`, `certificates_command` beside `certificates`), which holds its
//! `Arguments` and its `run`. Exit status: 0 all well, 1 the answer was no, 2 wrong usage or no
//! connection.

mod bench;
mod certificate_files;
mod certificates_command;
mod commands;
mod configuration;
mod console_command;
mod consoles;
mod escape;
mod evidence;
mod explain;
mod failure;
mod hardening;
mod logging;
mod manual;
mod panics;
mod pool;
mod send;
mod serve;
mod server;
mod supervision;
mod vectors;

use std::process::ExitCode;

use clap::{Parser, Subcommand as Subcommands};
use failure::Failure;

/// A payment HSM appliance in software, for development and test.
///
/// Strongroom works with test keys, and is not affiliated with any HSM vendor.
#[derive(Debug, Parser)]
#[command(name = "strongroom", version, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    subcommand: Subcommand,
}

#[derive(Debug, Subcommands)]
enum Subcommand {
    Serve(Box<serve::Arguments>),
    Console(console_command::Arguments),
    Pool(pool::Arguments),
    Evidence(evidence::Arguments),
    Send(send::Arguments),
    Explain(explain::Arguments),
    Commands(commands::Arguments),
    Manual(manual::Arguments),
    Vectors(vectors::Arguments),
    Bench(bench::Arguments),
    Certificates(certificates_command::Arguments),
}

fn main() -> ExitCode {
    panics::log_places();
    match run() {
        Ok(status) => status,
        Err(failure) => {
            if !failure.is_silent() {
                eprintln!("strongroom: {failure}");
            }
            failure.status()
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let CommandLine { subcommand } = match CommandLine::try_parse() {
        Ok(line) => line,
        // Help and version are answers, not errors.
        Err(error) if !error.use_stderr() => {
            error.print().map_err(Failure::usage)?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => return Err(Failure::command_line(&error)),
    };
    match subcommand {
        Subcommand::Serve(arguments) => serve::run(*arguments)?,
        Subcommand::Console(arguments) => return console_command::run(&arguments),
        Subcommand::Pool(arguments) => pool::run(&arguments)?,
        Subcommand::Evidence(arguments) => evidence::run(&arguments)?,
        Subcommand::Send(arguments) => send::run(&arguments)?,
        Subcommand::Explain(arguments) => explain::run(&arguments)?,
        Subcommand::Commands(arguments) => commands::run(&arguments)?,
        Subcommand::Manual(arguments) => manual::run(&arguments)?,
        Subcommand::Vectors(arguments) => vectors::run(&arguments)?,
        Subcommand::Certificates(arguments) => certificates_command::run(&arguments)?,
        Subcommand::Bench(arguments) => return Ok(bench::run(arguments)),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }
}
