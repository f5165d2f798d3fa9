//! One run: the target, the reference server, and each mix in each shape.

use super::ask::Asker;
use super::client::Load;
use super::line::Door;
use super::mix::{MIXES, Mix};
use super::prepare::{Prepared, prepare};
use super::process::{self, Offspring, Process};
use super::report::{Memory, Report, Row};
use super::rounds::{self, Loaded, Plan};
use super::schedule::{Pace, Shape};
use super::target::{Target, Way};
use super::traffic::Traffic;
use super::{Arguments, Failure, idle};
use std::io;
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
            self.target.ways.iter().try_for_each(|way| idle::run(self, way, &mut report))?;
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
        let is_known = self.first().process.and_then(Process::cpu).is_some();
        let echo = is_known.then(|| Offspring::start(&arguments, &self.stop)).transpose()?;
        if !is_known {
            report.notes.push("CPU time: the target's process is not known (--pid)".to_owned());
        }
        let shapes = self.shapes();
        let pace = self.arguments.rate.map_or(Pace::Closed, Pace::Open);
        let measurements = shapes.len() * self.mixes.len();
        let loads = self.target.ways.len() + 1;
        let plan = Plan::new(self.arguments.rounds, measurements, loads, pace);
        for mix in &self.mixes {
            let mut asker = self.asker(&self.first().door)?;
            let prepared = prepare(mix, &mut asker, self.arguments.keys)?;
            // The target may have a limit of connections.
            drop(asker);
            let known = prepared.known;
            report.notes.extend(
                (known > 0).then(|| format!("{}: {known} published answers right", mix.name)),
            );
            if prepared.background.is_some() {
                for way in &self.target.ways {
                    self.beside(mix, way, &prepared, &plan, report)?;
                }
                continue;
            }
            for &shape in &shapes {
                self.compare(mix, &prepared, shape, echo.as_ref(), &plan, report)?;
            }
        }
        Ok(())
    }

    /// One mix in one shape, every way, against the reference server.
    fn compare(
        &self,
        mix: &Mix,
        prepared: &Prepared,
        shape: Shape,
        echo: Option<&Offspring>,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let ways = &self.target.ways;
        let loads = ways.iter().map(|way| self.load(&way.door, prepared, shape));
        let mut loads: Vec<Load> = loads.collect::<Result<_, _>>()?;
        let mut reference = match echo {
            Some(echo) => {
                let traffic = Traffic::new(prepared.shadows.clone(), prepared.deck.clone())?;
                let door = Door::plain(echo.address("echo port")?);
                Some((self.open(&door, shape, traffic, false)?, echo.process()))
            }
            None => None,
        };
        let mut targets: Vec<Loaded<'_>> =
            loads.iter_mut().zip(ways).map(|(load, way)| (load, way.process)).collect();
        let against = reference.as_mut().map(|(load, process)| (load, Some(*process)));
        let outcomes = rounds::measure(&mut targets, against, plan)?;
        if let Some((reference, _)) = reference
            && reference.traffic.tally.errors > 0
        {
            return Err(Failure::Process("the reference server answered wrongly".to_owned()));
        }
        for ((outcome, way), load) in outcomes.iter().zip(ways).zip(loads) {
            let errors = load.traffic.tally.errors;
            let row = Row::new(mix, way.name, shape, outcome, errors);
            let times = outcomes.first().and_then(|first| outcome.times(first));
            report.rows.push(if way.name.is_empty() { row } else { row.beside(times, way.goal) });
            report.notes.extend(load.traffic.tally.complaints);
        }
        Ok(())
    }

    /// A mix at half the capacity, without and with its slow command on one more connection.
    fn beside(
        &self,
        mix: &Mix,
        way: &Way,
        prepared: &Prepared,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let shape = Shape { connections: CONNECTIONS, depth: 1 };
        let second = Duration::from_secs(1);
        let mut all = self.load(&way.door, prepared, shape)?;
        let window = all.window(Pace::Closed, second / 10, second, || None);
        drop(all);
        let rate = self.arguments.rate.unwrap_or((window?.commands / 2).max(1));
        let shape = Shape { depth: OPEN_DEPTH, ..shape };
        let open = || self.load(&way.door, prepared, shape);
        let (mut quiet, mut loud) = (open()?, open()?);
        loud.background = prepared.background;
        let plan = Plan { pace: Pace::Open(rate), ..*plan };
        let mut targets = [(&mut loud, None), (&mut quiet, None)];
        let outcomes = rounds::measure(&mut targets, None, &plan)?;
        let [outcome, without] = &outcomes[..] else { return Ok(()) };
        let without = without.latency.p99;
        let slowdown = outcome.latency.p99 / without.max(f64::MIN_POSITIVE);
        let (quiet, loud) = (quiet.traffic.tally, loud.traffic.tally);
        let errors = quiet.errors + loud.errors;
        let row = Row::new(mix, way.name, shape, outcome, errors);
        report.rows.push(row.slowed(mix, slowdown));
        report.notes.push(format!(
            "{}: {rate} commands/s asked for; {} slow commands done beside; p99 without them {without:.1} us",
            mix.name, loud.background
        ));
        report.notes.extend(quiet.complaints.into_iter().chain(loud.complaints));
        Ok(())
    }

    fn load(&self, door: &Door, prepared: &Prepared, shape: Shape) -> Result<Load, Failure> {
        let traffic = Traffic::new(prepared.templates.clone(), prepared.deck.clone())?;
        self.open(door, shape, traffic, prepared.background.is_some())
    }

    fn open(
        &self,
        door: &Door,
        shape: Shape,
        traffic: Traffic,
        background: bool,
    ) -> Result<Load, Failure> {
        let stop = Arc::clone(&self.stop);
        Load::open(door, shape, self.arguments.header, traffic, stop, background)
    }

    fn asker(&self, door: &Door) -> Result<Asker, Failure> {
        Asker::connect(door, self.arguments.header, Arc::clone(&self.stop))
    }

    /// What the others are set against.
    fn first(&self) -> &Way {
        &self.target.ways[0]
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
        if let Some(resident) = self.first().process.and_then(Process::resident) {
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
