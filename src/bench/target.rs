//! The servers that are measured, and the ways to them.

use super::folder::Folder;
use super::line::{Door, client};
use super::process::{Offspring, Process};
use super::{Arguments, Failure};
use crate::certificate_files::Client;
use std::sync::atomic::AtomicBool;

/// So many connections a server takes without being asked to take more.
const DEFAULT_LIMIT: usize = 64;

/// A way to a server, which is measured beside the others.
#[derive(Debug)]
pub(super) struct Way {
    /// What is special about it, in a word; nothing of the first.
    pub(super) name: &'static str,
    /// The host port.
    pub(super) door: Door,
    /// The process behind it, if that is known.
    pub(super) process: Option<Process>,
    /// CPU time for a command that it may take, over that of the first way, and that it had better take.
    pub(super) goal: Option<(f64, f64)>,
}

impl Way {
    fn new(name: &'static str, door: Door, process: Option<Process>) -> Self {
        Self { name, door, process, goal: None }
    }

    /// What lines about it begin with.
    pub(super) fn prefix(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!("{}: ", self.name) }
    }
}

/// One server, or several that differ in one thing, ours or another's.
#[derive(Debug)]
pub(super) struct Target {
    /// The first one is what the others are set against.
    pub(super) ways: Vec<Way>,
    described: String,
    /// Held so that they are ended at the end, and then their files removed.
    _own: Vec<Offspring>,
    _folder: Option<Folder>,
}

impl Target {
    /// The one named in the arguments, or else new ones.
    ///
    /// `connections` is how many there will be at the same time for each way.
    pub(super) fn new(
        arguments: &Arguments,
        connections: usize,
        stop: &AtomicBool,
    ) -> Result<Self, Failure> {
        match arguments.target {
            Some(_) => Self::of_others(arguments),
            None => Self::own(arguments, connections, stop),
        }
    }

    /// Somebody else's.
    fn of_others(arguments: &Arguments) -> Result<Self, Failure> {
        let Arguments { target, tls_target, ref tls_certificates, pid, .. } = *arguments;
        let process = pid.map(Process);
        if let Some(process) = process
            && process.cpu().is_none()
        {
            return Err(Failure::Usage(format!(
                "no CPU time of process {}: is that the server, on this machine?",
                process.0
            )));
        }
        let mut ways: Vec<_> =
            target.map(|address| Way::new("", Door::plain(address), process)).into_iter().collect();
        if let (Some(address), Some(folder)) = (tls_target, tls_certificates) {
            let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
            let Client { authorities, chain, key } =
                Client::read(folder).map_err(|error| usage(&error))?;
            let tls = client(&authorities, &chain, &key).map_err(|error| usage(&error))?;
            ways.push(Way::new("TLS 1.3", Door { address, tls: Some(tls) }, process));
        }
        let addresses: Vec<_> = ways.iter().map(|way| way.door.address.to_string()).collect();
        let addresses = addresses.join(" and over TLS ");
        let described = match process {
            Some(Process(pid)) => format!("target: {addresses}, process {pid}"),
            None => format!(
                "target: {addresses}, process not known: throughput and latency only (see --pid)"
            ),
        };
        Ok(Self { ways, described, _own: Vec::new(), _folder: None })
    }

    /// `serve --dev`, which speaks TLS beside TCP if that is measured, and another one that audits.
    fn own(arguments: &Arguments, connections: usize, stop: &AtomicBool) -> Result<Self, Failure> {
        let Arguments { tls, audit, ref server, .. } = *arguments;
        let folder = if tls || audit { Some(Folder::new()?) } else { None };
        let mut serve = ["serve", "--dev", "--listen", "127.0.0.1:0"].map(str::to_owned).to_vec();
        serve.extend_from_slice(server);
        let connections = if tls { 2 * connections } else { connections };
        let option = "--connections";
        if connections > DEFAULT_LIMIT && !serve.iter().any(|given| given.starts_with(option)) {
            serve.extend([option.to_owned(), connections.to_string()]);
        }
        let audited = folder.as_ref().filter(|_| audit).map(Folder::audit);
        let audited = audited.transpose()?.map(|more| [&serve[..], &more].concat());
        let certified = folder.as_ref().filter(|_| tls).map(Folder::certificates).transpose()?;
        serve.extend(certified.iter().flat_map(|(_, more)| more.clone()));
        let first = Offspring::start(&serve, stop)?;
        let process = Some(first.process());
        let mut ways = vec![Way::new("", Door::plain(first.address("host port")?), process)];
        if let Some((tls, _)) = certified {
            let door = Door { address: first.address("TLS port")?, tls: Some(tls) };
            ways.push(Way::new("TLS 1.3", door, process));
        }
        let mut own = vec![first];
        if let Some(serve) = audited {
            let other = Offspring::start(&serve, stop)?;
            let door = Door::plain(other.address("host port")?);
            let way = Way::new("audit", door, Some(other.process()));
            ways.push(Way { goal: Some((1.05, 1.02)), ..way });
            own.push(other);
        }
        let names: Vec<_> = ways.iter().skip(1).map(|way| way.name).collect();
        let also = if names.is_empty() { "" } else { "; beside it " };
        let described = format!(
            "target: own `serve --dev` at {}{also}{}",
            ways[0].door.address,
            names.join(", ")
        );
        Ok(Self { ways, described, _own: own, _folder: folder })
    }

    /// In one line.
    pub(super) fn described(&self) -> String {
        self.described.clone()
    }
}
