//! Strongroom, a payment HSM appliance in software: the command line.
//!
//! One subcommand is one variant of [`Subcommand`] and one module of the same name, which holds its
//! `Arguments` and its `run`. Exit status: 0 all well, 1 the answer was no, 2 wrong usage or no
//! connection.

mod configuration;
mod failure;
mod logging;
mod serve;
mod server;

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
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("strongroom: {failure}");
            failure.status()
        }
    }
}

fn run() -> Result<(), Failure> {
    match CommandLine::try_parse() {
        Ok(CommandLine { subcommand: Subcommand::Serve(arguments) }) => serve::run(*arguments),
        // Help and version are answers, not errors.
        Err(error) if !error.use_stderr() => error.print().map_err(Failure::usage),
        Err(error) => Err(Failure::command_line(&error)),
    }
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
