//! `strongroom vectors`: runs test vectors against any HSM with the public test LMKs.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use thiserror::Error;

mod case;
mod host;
mod outcome;
mod report;
mod template;

use case::{Lmk, LoadError};
use host::{Host, HostError, Target};
use outcome::Verdict;
use report::{Form, Record, Totals};

use crate::failure::Failure;

/// How often a long run tells where it is.
const PROGRESS: Duration = Duration::from_secs(5);

/// Run test vectors against an HSM
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send the requests of vector files to an HSM and compare its replies.
    Run(Run),
}

/// What to run, and where.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  strongroom vectors run vectors/host --target 127.0.0.1:1500 --report junit"
)]
struct Run {
    /// Vector files, or folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Host port of the default LMK; the three next ports are LMK 00 (variant), 01 (key block) and 02 (AES key block).
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:1500")]
    target: String,
    /// Host port of a test LMK that is elsewhere, or `none`; for example key-block-test=10.0.0.7:1501.
    #[arg(long = "lmk", value_name = "NAME=ADDR:PORT")]
    lmks: Vec<String>,
    /// Settings that the HSM runs with, a name from vectors/settings; cases that need others are skipped.
    #[arg(long, value_name = "NAME", default_value = case::Case::DEFAULT_SETTINGS)]
    settings: String,
    /// Message header, as long as the HSM is set to.
    #[arg(long, value_name = "TEXT", default_value = "VECT")]
    header: String,
    /// Report on standard output; failures then go to standard error.
    #[arg(long, value_enum, value_name = "FORM")]
    report: Option<Form>,
}

/// Why nothing could be run, or not all.
#[derive(Debug, Error)]
enum Trouble {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("{0:?} is not ADDR:PORT with three more ports behind it, for example 127.0.0.1:1500")]
    Target(String),
    #[error(
        "{0:?} is not NAME=ADDR:PORT with one of variant-test, key-block-test and aes-key-block-test"
    )]
    Lmk(String),
    #[error("cannot write the report: {0}")]
    Output(#[from] io::Error),
}

/// Runs the subcommand; a vector that fails is the answer no.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Action::Run(run) = &arguments.action;
    let totals = run.run().map_err(Failure::usage)?;
    match totals.failed {
        0 => Ok(()),
        1 => Err(Failure::answer("one vector failed")),
        failed => Err(Failure::answer(format_args!("{failed} vectors failed"))),
    }
}

impl Run {
    fn run(&self) -> Result<Totals, Trouble> {
        let suites = case::load(&self.paths)?;
        let mut host = Host::new(Target { ports: self.ports()?, header: self.header.clone() });
        let mut out: Box<dyn Write> =
            if self.report.is_some() { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
        let mut cases: Vec<_> = suites
            .iter()
            .flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)))
            .enumerate()
            .collect();
        cases.sort_by_key(|(_, (_, case))| case.last);

        let mut lost = None;
        let mut told = Instant::now();
        let mut records = Vec::with_capacity(cases.len());
        for (done, &(place, (suite, case))) in cases.iter().enumerate() {
            if told.elapsed() > PROGRESS {
                writeln!(io::stderr(), "{done} of {} cases", cases.len())?;
                told = Instant::now();
            }
            let outcome = match outcome::run(case, &self.settings, &mut host) {
                Ok(outcome) => outcome,
                Err(error) => {
                    lost = Some(error);
                    break;
                }
            };
            let record = Record { suite, case, outcome };
            if let Verdict::Failed(failure) = &record.outcome.verdict {
                report::failure_line(&mut *out, &record, failure)?;
            }
            records.push((place, record));
        }
        records.sort_by_key(|&(place, _)| place);
        let records: Vec<Record<'_>> = records.into_iter().map(|(_, record)| record).collect();
        if let Some(error) = lost {
            // What is known by now is told, but no report claims to be whole.
            if !records.is_empty() {
                report::summary(&mut *out, &records)?;
            }
            return Err(error.into());
        }
        report::summary(&mut *out, &records)?;
        if let Some(form) = self.report {
            report::write(&mut io::stdout().lock(), form, &records)?;
        }
        Ok(Totals::of(&records))
    }

    /// Host ports by LMK: those behind the target's, unless said otherwise.
    fn ports(&self) -> Result<BTreeMap<Lmk, String>, Trouble> {
        let wrong = || Trouble::Target(self.target.clone());
        let (address, port) = self.target.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let mut ports = BTreeMap::from([(Lmk::Default, self.target.clone())]);
        for (lmk, offset) in Lmk::ALL.into_iter().zip(0..).skip(1) {
            match self
                .lmks
                .iter()
                .filter_map(|given| given.split_once('='))
                .find(|&(name, _)| name == lmk.name())
            {
                Some((_, "none")) => {}
                Some((_, given)) => drop(ports.insert(lmk, given.to_owned())),
                None => {
                    let port = port.checked_add(offset).ok_or_else(wrong)?;
                    ports.insert(lmk, format!("{address}:{port}"));
                }
            }
        }
        let known = |given: &&String| {
            given
                .split_once('=')
                .is_some_and(|(name, _)| Lmk::ALL[1..].iter().any(|lmk| lmk.name() == name))
        };
        match self.lmks.iter().find(|given| !known(given)) {
            Some(given) => Err(Trouble::Lmk(given.clone())),
            None => Ok(ports),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        run: Run,
    }

    fn ports(line: &str) -> Result<Vec<String>, String> {
        let line = Line::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
        let ports = line.run.ports().map_err(|error| error.to_string())?;
        Ok(ports.into_iter().map(|(lmk, port)| format!("{lmk} {port}")).collect())
    }

    #[test]
    fn ports_follow_the_target() {
        let found = ports(
            "run x --target [::1]:9000 --lmk key-block-test=b:7 --lmk aes-key-block-test=none",
        );
        let expected = ["default [::1]:9000", "variant-test [::1]:9001", "key-block-test b:7"];
        assert_eq!(found, Ok(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn wrong_ports_are_refused() {
        for line in [
            "run x --target a",
            "run x --target a:65533",
            "run x --lmk a:1",
            "run x --lmk other=a:1",
            "run",
        ] {
            assert!(ports(line).is_err(), "{line}");
        }
    }
}
