//! How a subcommand ends when all is not well.

use std::process::ExitCode;
use std::{fmt, io};

/// Why a subcommand failed: one line that says what is wrong and what to do, and the exit status.
#[derive(Debug, thiserror::Error)]
#[error("{line}")]
pub(crate) struct Failure {
    line: String,
    status: u8,
}

impl Failure {
    /// Wrong usage, or no connection: exit status 2.
    pub(crate) fn usage(reason: impl fmt::Display) -> Self {
        Self { line: one_line(&reason.to_string()), status: 2 }
    }

    /// The answer was no: exit status 1.
    pub(crate) fn answer(reason: impl fmt::Display) -> Self {
        Self { line: one_line(&reason.to_string()), status: 1 }
    }

    /// Standard output cannot be written. A reader that has seen enough is no failure: the line is
    /// empty and the exit status 0.
    #[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
    pub(crate) fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { line: String::new(), status: 0 };
        }
        Self::usage(format_args!("standard output: {error}"))
    }

    /// Whether there is anything to tell.
    pub(crate) fn is_silent(&self) -> bool {
        self.line.is_empty()
    }

    /// A command line that clap refused: its reason and its tip without the usage screen.
    pub(crate) fn command_line(error: &clap::Error) -> Self {
        let screen = error.render().to_string();
        if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self::usage("name a subcommand; `strongroom --help` lists them");
        }
        let told = screen.split("\nUsage:").next().unwrap_or_default();
        let told = told.split("\nFor more information").next().unwrap_or_default();
        let reason = one_line(told.strip_prefix("error: ").unwrap_or(told));
        Self::usage(format_args!("{reason}; `--help` explains every option"))
    }

    /// The exit status that goes with it.
    pub(crate) fn status(&self) -> ExitCode {
        self.status.into()
    }
}

/// Paragraphs become clauses, lines of one paragraph are joined.
fn one_line(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_one_line() {
        let failure = Failure::usage("unexpected `--lisen`\n\n  tip: there is\n  `--listen`\n\n");
        assert_eq!(failure.to_string(), "unexpected `--lisen`; tip: there is `--listen`");
    }
}
