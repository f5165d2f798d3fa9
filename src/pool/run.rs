//! The process of an appliance, as it should be and as it is.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lease::evidence::Record;
use lease::{Appliance, Release, Sku, device};
use time::OffsetDateTime;
use tracing::{error, info, warn};

use super::child::Child;
use super::keeper::{Fault, Keeper};
use super::proof;
use crate::supervision::{Say, Status};

/// Pause before a process that ended is started again; twice as long with each further time, up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How often in a row a process may end before an appliance that nobody has got yet is given up.
const FAILURES: u32 = 3;

/// How long a process may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// The process of one appliance, or that there is none.
#[derive(Debug, Default)]
pub(super) struct Run {
    child: Option<Child>,
    started: Option<Instant>,
    /// Nothing is tried before.
    not_before: Option<Instant>,
    /// How often it failed without being well for a while.
    failures: u32,
    /// How often it was started again although nobody had ended it.
    pub(super) restarts: u64,
    /// The licence that it was told last, and when.
    told: Option<(Sku, Instant)>,
    /// Since when it is to erase everything.
    erasing: Option<Instant>,
}

/// What the process does.
enum Now {
    /// It runs, and said this of itself.
    Runs(Status),
    /// There is none, and none is to be started yet.
    Paused,
    /// There is none.
    Ended,
}

/// Whether everything is to be erased: the order lies in its folder, or it was given.
fn is_erasing(appliance: &Appliance, is_ordered: bool) -> bool {
    is_ordered || appliance.state == device::State::Releasing
}

impl Run {
    /// What the process said of itself.
    pub(super) fn status(&self) -> Option<Status> {
        self.child.as_ref().and_then(Child::status)
    }

    /// Whether it ends again and again.
    pub(super) fn fails(&self) -> bool {
        self.failures >= FAILURES && self.status().is_none()
    }

    /// Looks what the process does, and tells it what it should do.
    fn turn(&mut self, appliance: &Appliance, is_ordered: bool, log: &Path) -> io::Result<Now> {
        let serial = &appliance.serial;
        let is_erasing = is_erasing(appliance, is_ordered);
        if let Some(status) = self.child.as_mut().map(Child::ended).transpose()?.flatten() {
            self.child = None;
            if appliance.state.runs() && !is_erasing {
                self.restarts += 1;
                let (pause, log) = (self.pause().as_secs(), log.display());
                warn!(
                    "{serial} ended: {status}; it is started again in {pause} s; its log is {log}"
                );
            } else {
                info!("{serial} ended: {status}");
            }
        }
        if self.child.is_none() {
            let is_paused = self.not_before.is_some_and(|at| Instant::now() < at);
            return Ok(if is_paused { Now::Paused } else { Now::Ended });
        }
        if is_erasing {
            self.erase(appliance, is_ordered);
        } else if let Some(sku) = appliance.sku {
            self.license(serial, sku);
        }
        Ok(Now::Runs(self.status().unwrap_or_default()))
    }

    /// Something went wrong: the next try comes later.
    fn pause(&mut self) -> Duration {
        if self.started.is_some_and(|at| at.elapsed() > LONGEST_PAUSE) {
            self.failures = 0;
        }
        let pause = PAUSE.saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE);
        self.failures += 1;
        self.not_before = Some(Instant::now() + pause);
        pause
    }

    /// Brings the licence to a process that goes by another one.
    fn license(&mut self, serial: &str, sku: Sku) {
        let Some(child) = &mut self.child else { return };
        let Some(status) = child.status() else { return };
        let is_told = self.told.is_some_and(|(told, at)| told == sku && at.elapsed() < PATIENCE);
        if status.licensed == Some(sku) || is_told {
            return;
        }
        self.told = Some((sku, Instant::now()));
        if let Err(error) = child.say(&Say::License(sku)) {
            warn!("{serial} does not listen: {error}");
        }
    }

    /// Has a process erase everything, and ends it if it does not.
    fn erase(&mut self, appliance: &Appliance, is_ordered: bool) {
        let Some(child) = &mut self.child else { return };
        match self.erasing {
            None => {
                self.erasing = Some(Instant::now());
                let request = appliance.reclaim.clone().filter(|_| !is_ordered);
                let said = request.map_or(Ok(()), |request| child.say(&Say::Reclaim(request)));
                if let Err(error) = said {
                    warn!("{} does not listen: {error}", appliance.serial);
                }
            }
            Some(since) if since.elapsed() > PATIENCE => {
                warn!("{} does not end; it is killed, and erased from outside", appliance.serial);
                child.kill();
            }
            Some(_) => {}
        }
    }
}

impl Keeper {
    /// Lets everything go on by a step. To be called a few times a second.
    pub(super) fn tick(&self) {
        for appliance in self.pool().appliances {
            if let Err(fault) = self.attend(&appliance) {
                let pause = self.runs().entry(appliance.serial.clone()).or_default().pause();
                error!("{}: {fault}; again in {} s", appliance.serial, pause.as_secs());
            }
        }
        let looks =
            self.pool().appliances.into_iter().map(|it| (it.serial.clone(), self.look(&it)));
        let looks: BTreeMap<_, _> = looks.collect();
        let look = |it: &Appliance| looks.get(&it.serial).cloned().unwrap_or_default();
        let before = self.pool();
        let stepped = self.change(|pool| {
            pool.tick(OffsetDateTime::now_utc(), look);
            Ok(())
        });
        match stepped {
            Ok(()) => self.tell_quarantined(&before.appliances),
            Err(fault) => error!("{fault}"),
        }
    }

    fn tell_quarantined(&self, before: &[Appliance]) {
        for (before, after) in before.iter().zip(self.pool().appliances) {
            if let Some(reason) = after.quarantine.filter(|_| before.quarantine.is_none()) {
                error!("{} is in quarantine: {reason}", after.serial);
            }
        }
    }

    /// Ends every process in order.
    pub(super) fn stop(&self) {
        let mut runs = self.runs();
        let mut children: Vec<_> = runs.values_mut().filter_map(|run| run.child.take()).collect();
        children.iter_mut().for_each(Child::dismiss);
        for child in &mut children {
            child.wait(PATIENCE);
        }
    }

    /// Brings one appliance nearer to what it should be.
    fn attend(&self, appliance: &Appliance) -> Result<(), Fault> {
        let serial = &appliance.serial;
        let is_ordered = self.folder.state(serial).order().exists();
        let log = self.folder.log_file(serial);
        let now =
            self.runs().entry(serial.clone()).or_default().turn(appliance, is_ordered, &log)?;
        match now {
            Now::Runs(status) => self.note(appliance, status, is_ordered),
            Now::Paused => Ok(()),
            Now::Ended if !appliance.state.runs() => Ok(()),
            // One of an earlier pool has not ended yet.
            Now::Ended if self.folder.state(serial).are_in_use() => Ok(()),
            Now::Ended if is_erasing(appliance, is_ordered) => self.finish(appliance),
            Now::Ended => self.start(appliance),
        }
    }

    /// Takes note of what an appliance says of itself.
    fn note(&self, appliance: &Appliance, status: Status, is_ordered: bool) -> Result<(), Fault> {
        use device::{Event, State};
        let serial = &appliance.serial;
        let event = match appliance.state {
            State::Allocated | State::Commissioned | State::Tampered if is_ordered => {
                return self.change(|pool| pool.release_begun(serial));
            }
            State::Allocated | State::Commissioned if status.tampered => Event::Tamper,
            State::Allocated if status.commissioned => Event::Commission,
            State::Tampered if status.host.is_some() && !status.tampered => Event::Restart,
            _ => return Ok(()),
        };
        self.change(|pool| pool.happened(serial, event))
    }

    fn start(&self, appliance: &Appliance) -> Result<(), Fault> {
        let serial = &appliance.serial;
        let at = self.pool().appliances.iter().position(|it| it.serial == *serial);
        let at = u16::try_from(at.unwrap_or_default()).unwrap_or(u16::MAX);
        let port = match self.ports.first.port() {
            0 => 0,
            first => first.saturating_add(at.saturating_mul(self.ports.each)),
        };
        let folders = self.folder.state(serial);
        let mut command = Command::new(crate::serve::PROGRAM);
        command.arg0("strongroom").args(["serve", "--supervised", "--serial-number", serial]);
        command.arg("--listen").arg(SocketAddr::new(self.ports.first.ip(), port).to_string());
        command.arg("--state").arg(&folders.state).arg("--root-key").arg(&folders.root_key);
        if let Some(sku) = appliance.sku {
            command.arg("--licence").arg(sku.to_string());
        }
        // Ctrl-C is for the pool, which ends them in order.
        command.process_group(0).stderr(Stdio::from(self.folder.log(serial)?));
        let child = Child::start(&mut command)?;
        info!("{serial} started as process {}", child.id());
        let mut runs = self.runs();
        let run = runs.entry(serial.clone()).or_default();
        (run.child, run.started) = (Some(child), Some(Instant::now()));
        (run.told, run.erasing) = (None, None);
        Ok(())
    }

    /// The process has ended: carries out what it may have left undone, looks, signs, and gives the provider his
    /// appliance back. Whatever fails here is tried again; whatever is done already is found done.
    fn finish(&self, appliance: &Appliance) -> Result<(), Fault> {
        let serial = &appliance.serial;
        if appliance.state != device::State::Releasing {
            // The next step sees it as it is now.
            return self.change(|pool| pool.release_begun(serial));
        }
        let folders = self.folder.state(serial);
        let erase = || folders.erase(&proof::order_of(appliance)).map_err(io::Error::other);
        let outcome = match self.folder.records(serial) {
            Ok(records) if count(&records) == appliance.releases => {
                let release = erase()?;
                let record = proof::record(&self.folder, appliance, &release)?;
                self.folder.sign(&record)?;
                info!("{serial}: record {} of its release is signed", record.counter);
                if record.is_clean() {
                    release.settle()?;
                }
                of(&record)
            }
            // It was signed before a crash, and not noted.
            Ok(records) if count(&records) == appliance.releases + 1 => {
                let record = records.last().map_or(Release::Unclean, of);
                if record == Release::Clean && folders.order().exists() {
                    erase()?.settle()?;
                }
                record
            }
            Ok(records) => {
                let (records, releases) = (records.len(), appliance.releases);
                unproved(erase()?, format!("there are {records} records of {releases} releases"))?
            }
            Err(reason) => unproved(erase()?, reason)?,
        };
        self.change(|pool| pool.erased(serial, outcome.clone()))?;
        // Whoever gets it next has nothing to do with what it did before.
        self.runs().remove(serial);
        match outcome {
            Release::Clean => info!("{serial} is released"),
            outcome => error!("{serial} is in quarantine: {outcome:?}"),
        }
        Ok(())
    }
}

fn count(records: &[Record]) -> u64 {
    records.len().try_into().unwrap_or(u64::MAX)
}

fn of(record: &Record) -> Release {
    if record.is_clean() { Release::Clean } else { Release::Unclean }
}

/// All is erased, and no record can say so.
fn unproved(release: appliance::Release, reason: String) -> io::Result<Release> {
    release.settle()?;
    Ok(Release::Unproved(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        let mut run = Run::default();
        let pauses: Vec<_> = (0..8).map(|_| run.pause().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
