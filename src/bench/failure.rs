//! Why a benchmark cannot go on.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

/// A reason to stop, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Arguments that do not go together.
    #[error("{0}")]
    Usage(String),
    /// Nothing listens there.
    #[error(
        "cannot connect to {address}: {source}; start `strongroom serve --dev`, or leave --target out"
    )]
    Connect {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The connection broke while something was expected on it.
    #[error("{0}")]
    Broken(String),
    /// A command that the measurement needs was refused, or answered wrongly.
    #[error("{doing}: {command} answered {reply}; {advice}")]
    Refused {
        /// What was being prepared.
        doing: String,
        /// The request, shortened.
        command: String,
        /// The reply without header, shortened.
        reply: String,
        /// What to do.
        advice: String,
    },
    /// A child process or the system did not do its part.
    #[error("{0}")]
    Process(String),
    /// Ctrl-C or SIGTERM.
    #[error("stopped by a signal before the end")]
    Interrupted,
}

impl Failure {
    /// 1 where the target gave the wrong answer, 2 where there was none or the usage is wrong.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused { .. } => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }
}
