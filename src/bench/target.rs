//! The server that is measured.

use super::process::{Offspring, Process};
use super::{Arguments, Failure};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;

/// So many connections a server takes without being asked to take more.
const DEFAULT_LIMIT: usize = 64;

/// A server, ours or another's.
#[derive(Debug)]
pub(super) struct Target {
    /// Its host port.
    pub(super) address: SocketAddr,
    /// Its process, if that is known.
    pub(super) process: Option<Process>,
    /// Held so that it is ended at the end.
    own: Option<Offspring>,
}

impl Target {
    /// The one named in the arguments, or else a new one.
    ///
    /// `connections` is how many there will be at the same time.
    pub(super) fn new(
        arguments: &Arguments,
        connections: usize,
        stop: &AtomicBool,
    ) -> Result<Self, Failure> {
        if let Some(address) = arguments.target {
            let process = arguments.pid.map(Process);
            if let Some(process) = process
                && process.cpu().is_none()
            {
                return Err(Failure::Usage(format!(
                    "no CPU time of process {}: is that the server, on this machine?",
                    process.0
                )));
            }
            return Ok(Self { address, process, own: None });
        }
        let serve = ["serve", "--dev", "--listen", "127.0.0.1:0"].map(str::to_owned);
        let mut serve = [&serve, arguments.server.as_slice()].concat();
        let option = "--connections";
        if connections > DEFAULT_LIMIT && !serve.iter().any(|given| given.starts_with(option)) {
            serve.extend([option.to_owned(), connections.to_string()]);
        }
        let own = Offspring::start(&serve, "host port", stop)?;
        Ok(Self { address: own.address, process: Some(own.process()), own: Some(own) })
    }

    /// In one line.
    pub(super) fn described(&self) -> String {
        let Self { address, process, own } = self;
        match (own, process) {
            (Some(_), _) => format!("target: own `serve --dev` at {address}"),
            (None, Some(Process(pid))) => format!("target: {address}, process {pid}"),
            (None, None) => format!(
                "target: {address}, process not known: throughput and latency only (see --pid)"
            ),
        }
    }
}
