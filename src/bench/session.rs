//! One run: the target, the reference server, and each mix in each shape.

use super::ask::Asker;
use super::client::Load;
use super::mix::{MIXES, Mix};
use super::prepare::{Prepared, prepare};
use super::process::{self, Offspring, Process};
use super::report::{Memory, Report, Row};
use super::rounds::{self, Plan};
use super::schedule::{Pace, Shape};
use super::statistics::Latency;
use super::target::Target;
use super::traffic::Traffic;
use super::{Arguments, Failure, idle};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Connections where nothing else is asked for.
const CONNECTIONS: usize = 16;
/// Depths where nothing else is asked for.
const DEPTHS: [usize; 2] = [1, 16];
/// Depth of an open loop where nothing else is asked for: the rate decides, not the depth.
const OPEN_DEPTH: usize = 256;

/// A target and how it is measured.
#[derive(Debug)]
pub(super) struct Session {
    /// As given.
    pub(super) arguments: Arguments,
    mixes: Vec<&'static Mix>,
    /// What is measured.
    pub(super) target: Target,
    /// Set by Ctrl-C and SIGTERM.
    pub(super) stop: Arc<AtomicBool>,
}

impl Session {
    /// Check the arguments and find or start the target.
    pub(super) fn start(arguments: Arguments) -> Result<Self, Failure> {
        let mixes = selected(&arguments.mix)?;
        process::raise_file_limit();
        let stop = process::stop_flag()?;
        let connections = match arguments.mix.as_str() {
            "conns" => arguments.connections.unwrap_or(idle::CONNECTIONS) + CONNECTIONS,
            // With the slow command there are two loads, and one more connection for each.
            _ => 2 * arguments.connections.unwrap_or(CONNECTIONS) + 2,
        };
        let target = Target::new(&arguments, connections, &stop)?;
        Ok(Self { arguments, mixes, target, stop })
    }

    /// Measure and print; true if every reply was right.
    pub(super) fn run(&self) -> Result<bool, Failure> {
        let mut report = Report { target: self.target.described(), ..Report::default() };
        self.remember(&mut report, "idle");
        if self.arguments.mix == "conns" {
            idle::run(self, &mut report)?;
        } else {
            self.measure(&mut report)?;
            self.remember(&mut report, "at the end");
        }
        let printed = report.print(self.arguments.json, &mut io::stdout().lock());
        printed.map_err(|error| Failure::Process(format!("cannot print: {error}")))?;
        Ok(report.is_clean())
    }

    fn measure(&self, report: &mut Report) -> Result<(), Failure> {
        // Without the target's CPU time there is nothing to set against the reference server's.
        let arguments = ["bench", "echo", "--header", &self.arguments.header.to_string()];
        let arguments = arguments.map(str::to_owned);
        let echo = self.target.process.and_then(Process::cpu);
        let echo = echo.map(|_| Offspring::start(&arguments, "echo port", &self.stop));
        let echo = echo.transpose()?;
        if echo.is_none() {
            report.notes.push("CPU time: the target's process is not known (--pid)".to_owned());
        }
        let shapes = self.shapes();
        let pace = self.arguments.rate.map_or(Pace::Closed, Pace::Open);
        let plan = Plan::new(self.arguments.rounds, shapes.len() * self.mixes.len(), pace);
        for mix in &self.mixes {
            let mut asker = self.asker()?;
            let prepared = prepare(mix, &mut asker, self.arguments.keys)?;
            // The target may have a limit of connections.
            drop(asker);
            let known = prepared.known;
            report.notes.extend(
                (known > 0).then(|| format!("{}: {known} published answers right", mix.name)),
            );
            if prepared.background.is_some() {
                self.beside(mix, &prepared, &plan, report)?;
                continue;
            }
            for &shape in &shapes {
                self.compare(mix, &prepared, shape, echo.as_ref(), &plan, report)?;
            }
        }
        Ok(())
    }

    /// One mix in one shape, against the reference server.
    fn compare(
        &self,
        mix: &Mix,
        prepared: &Prepared,
        shape: Shape,
        echo: Option<&Offspring>,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut load = self.load(prepared, shape)?;
        let mut reference = match echo {
            Some(echo) => {
                let traffic = Traffic::new(prepared.shadows.clone(), prepared.deck.clone())?;
                let load = self.open(echo.address, shape, traffic, false)?;
                Some((load, echo.process()))
            }
            None => None,
        };
        let outcome = rounds::measure(
            (&mut load, self.target.process),
            reference.as_mut().map(|(load, process)| (load, Some(*process))),
            plan,
        )?;
        if let Some((reference, _)) = reference
            && reference.traffic.tally.errors > 0
        {
            return Err(Failure::Process("the reference server answered wrongly".to_owned()));
        }
        report.rows.push(Row::new(mix, shape, &outcome, load.traffic.tally.errors, None));
        report.notes.extend(load.traffic.tally.complaints);
        Ok(())
    }

    /// A mix at half the capacity, without and with its slow command on one more connection.
    fn beside(
        &self,
        mix: &Mix,
        prepared: &Prepared,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let shape = Shape { connections: CONNECTIONS, depth: 1 };
        let second = Duration::from_secs(1);
        let window = self.load(prepared, shape)?.window(Pace::Closed, second / 10, second, || None);
        let rate = self.arguments.rate.unwrap_or((window?.commands / 2).max(1));
        let shape = Shape { depth: OPEN_DEPTH, ..shape };
        let (mut quiet, mut loud) = (self.load(prepared, shape)?, self.load(prepared, shape)?);
        loud.background = prepared.background;
        let plan = Plan { pace: Pace::Open(rate), ..*plan };
        let against = Some((&mut quiet, self.target.process));
        let mut outcome = rounds::measure((&mut loud, self.target.process), against, &plan)?;
        // The slow command's own CPU time is in these.
        (outcome.server, outcome.echo) = (Vec::new(), Vec::new());
        let without = Latency::of(&quiet.traffic.tally.latency);
        let slowdown = outcome.latency.p99 / without.p99.max(f64::MIN_POSITIVE);
        let (quiet, loud) = (quiet.traffic.tally, loud.traffic.tally);
        let errors = quiet.errors + loud.errors;
        report.rows.push(Row::new(mix, shape, &outcome, errors, Some(slowdown)));
        report.notes.push(format!(
            "{}: {rate} commands/s asked for; {} slow commands done beside; p99 without them {:.1} us",
            mix.name, loud.background, without.p99
        ));
        report.notes.extend(quiet.complaints.into_iter().chain(loud.complaints));
        Ok(())
    }

    fn load(&self, prepared: &Prepared, shape: Shape) -> Result<Load, Failure> {
        let traffic = Traffic::new(prepared.templates.clone(), prepared.deck.clone())?;
        self.open(self.target.address, shape, traffic, prepared.background.is_some())
    }

    fn open(
        &self,
        address: SocketAddr,
        shape: Shape,
        traffic: Traffic,
        background: bool,
    ) -> Result<Load, Failure> {
        let stop = Arc::clone(&self.stop);
        Load::open(address, shape, self.arguments.header, traffic, stop, background)
    }

    fn asker(&self) -> Result<Asker, Failure> {
        Asker::connect(self.target.address, self.arguments.header, Arc::clone(&self.stop))
    }

    fn shapes(&self) -> Vec<Shape> {
        let connections = self.arguments.connections.unwrap_or(CONNECTIONS);
        let depths = match (self.arguments.depth, self.arguments.rate) {
            (Some(depth), _) => vec![depth],
            (None, Some(_)) => vec![OPEN_DEPTH],
            (None, None) => DEPTHS.to_vec(),
        };
        depths.into_iter().map(|depth| Shape { connections, depth }).collect()
    }

    fn remember(&self, report: &mut Report, moment: &str) {
        if let Some(resident) = self.target.process.and_then(Process::resident) {
            report.memory.push(Memory { moment: moment.to_owned(), resident });
        }
    }
}

fn selected(name: &str) -> Result<Vec<&'static Mix>, Failure> {
    let mixes = MIXES.iter().filter(|mix| name == "all" || name == mix.name);
    let mixes: Vec<&Mix> = mixes.collect();
    if mixes.is_empty() && name != "conns" {
        let names: Vec<&str> = MIXES.iter().map(|mix| mix.name).collect();
        return Err(Failure::Usage(format!(
            "no mix is called {name}; there are {}, all and conns",
            names.join(", ")
        )));
    }
    Ok(mixes)
}
