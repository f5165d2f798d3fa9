//! Who keeps the pool: remembers it, and lets the doors ask and change it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::Credential;
use lease::evidence::Record;
use lease::{Appliance, Change, Identifier, Look, Pool, Problem, Resource, Wish, device, resource};
use time::OffsetDateTime;

use super::body::Endpoints;
use super::folder::Folder;
use super::run::Run;

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The pool says no.
    #[error("{0}")]
    Problem(#[from] Problem),
    /// It could not be written down, so nothing was changed.
    #[error("the pool cannot be kept: {0}; nothing is changed")]
    Disk(#[from] io::Error),
}

/// Where each appliance listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    /// Address and port of the first one; with port 0 each takes free ones.
    pub(super) first: SocketAddr,
    /// Ports from one appliance to the next.
    pub(super) each: u16,
}

/// What the evidence of an appliance was found to be, and of which file that is known.
type Checked = (Option<(i64, i64, u64)>, Result<u64, String>);

/// Keeps a pool.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) folder: Folder,
    pub(super) ports: Ports,
    token: Credential,
    pool: Mutex<Pool>,
    runs: Mutex<BTreeMap<String, Run>>,
    checked: Mutex<BTreeMap<String, Checked>>,
}

impl Keeper {
    /// Opens a pool; a new one has so many appliances, every other one at the second stamp.
    pub(super) fn open(
        folder: Folder,
        appliances: u16,
        location: &str,
        ports: Ports,
    ) -> io::Result<Self> {
        let pool = if let Some(pool) = folder.pool()? {
            pool
        } else {
            let appliances = (1..=appliances).map(|number| {
                let stamp = if number % 2 == 1 { "stamp1" } else { "stamp2" };
                Appliance::new(format!("S{number:010}D"), location, stamp)
            });
            let pool = Pool { appliances: appliances.collect(), resources: Vec::new() };
            pool.appliances.iter().try_for_each(|it| folder.furnish(&it.serial))?;
            folder.keep(&pool)?;
            pool
        };
        // Whoever was interrupted goes on here.
        let is_destroyed = |it: &&Appliance| it.state == device::State::Destroyed;
        for Appliance { serial, .. } in pool.appliances.iter().filter(is_destroyed) {
            if let Err(error) = folder.destroy(serial) {
                tracing::error!(
                    "{serial}: {error}; what is left of it is tried again with the next start"
                );
            }
        }
        let token = folder.credential()?;
        let (runs, checked) = Default::default();
        Ok(Self { folder, ports, token, pool: Mutex::new(pool), runs, checked })
    }

    /// What opens the doors.
    pub(super) fn token(&self) -> &Credential {
        &self.token
    }

    /// Everything as it is.
    pub(super) fn pool(&self) -> Pool {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn runs(&self) -> MutexGuard<'_, BTreeMap<String, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the pool, and writes it down before anybody sees it.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Pool) -> Result<T, Problem>,
    ) -> Result<T, Fault> {
        let mut pool = self.locked();
        let mut next = pool.clone();
        let outcome = change(&mut next)?;
        if next != *pool {
            self.folder.keep(&next)?;
            *pool = next;
        }
        Ok(outcome)
    }

    /// What is known of an appliance from outside.
    pub(super) fn look(&self, appliance: &Appliance) -> Look {
        let evidence = self.records(&appliance.serial);
        let runs = self.runs();
        let run = runs.get(&appliance.serial);
        let status = run.and_then(Run::status).unwrap_or_default();
        let (listens, licensed, lmks) = (status.host.is_some(), status.licensed, status.lmks);
        Look { evidence, listens, licensed, lmks, fails: run.is_some_and(Run::fails) }
    }

    /// How many records verify, if all do and the last one is clean.
    fn records(&self, serial: &str) -> Result<u64, String> {
        let changed = self.folder.evidence_changed(serial);
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, known)) = checked.get(serial)
            && changed.is_some()
            && *at == changed
        {
            return known.clone();
        }
        let records = self.folder.records(serial).and_then(|records| {
            if records.last().is_none_or(Record::is_clean) {
                Ok(records.len().try_into().unwrap_or(u64::MAX))
            } else {
                Err("its last record says that something was left".to_owned())
            }
        });
        checked.insert(serial.to_owned(), (changed, records.clone()));
        records
    }

    fn look_at(&self, identifier: &Identifier) -> Look {
        let pool = self.pool();
        let serial = pool.resource(identifier).ok().and_then(|it| it.serial.as_deref());
        let appliance = serial.and_then(|serial| pool.appliance(serial).ok());
        appliance.map(|appliance| self.look(appliance)).unwrap_or_default()
    }

    /// Where the appliance of a resource is reached, while it runs.
    pub(super) fn endpoints(&self, resource: &Resource) -> Option<Endpoints> {
        let serial = resource.serial.as_ref()?;
        let host = self.runs().get(serial).and_then(Run::status)?.host?;
        let console = self.folder.state(serial).state.display().to_string();
        Some(Endpoints { host, console })
    }

    /// How far a resource is, in words.
    pub(super) fn message(&self, resource: &Resource) -> String {
        let pool = self.locked();
        let appliance = resource.serial.as_deref().and_then(|it| pool.appliance(it).ok());
        let said = match (resource.state, appliance.map(|it| it.state)) {
            (resource::State::Succeeded, Some(device::State::Releasing)) => {
                "The device is being erased."
            }
            (resource::State::Succeeded, Some(device::State::Released)) => {
                "The device is released: everything is erased. Delete the resource."
            }
            (resource::State::Succeeded, Some(device::State::Quarantined)) => {
                "The device is erased and put aside: its release could not be proved. Delete the resource."
            }
            (resource::State::Failed, Some(_)) => {
                "The device does not start; the log of the provider says why. Delete the resource with force."
            }
            (resource::State::Allocating, _) => {
                let Wish { location, stamp, .. } = &resource.wish;
                let here = |it: &&Appliance| (&it.location, &it.stamp) == (location, stamp);
                let count = |state: fn(device::State) -> bool| {
                    pool.appliances.iter().filter(here).filter(|it| state(it.state)).count()
                };
                if count(|state| state == device::State::Pooled) > 0 {
                    return resource.state.status().to_owned();
                }
                let quarantined = count(|state| state == device::State::Quarantined);
                let destroyed = count(|state| state == device::State::Destroyed);
                let leased = count(|state| state.runs() || state == device::State::Released);
                return format!(
                    "An appliance of {stamp} is being looked for: {leased} are leased, {quarantined} in quarantine \
                     (the evidence of their release does not verify), {destroyed} destroyed."
                );
            }
            (state, _) => state.status(),
        };
        said.to_owned()
    }

    pub(super) fn resource(&self, identifier: &Identifier) -> Result<Resource, Fault> {
        Ok(self.locked().resource(identifier)?.clone())
    }

    pub(super) fn resources(&self, subscription: &str, group: Option<&str>) -> Vec<Resource> {
        self.locked().list(subscription, group).cloned().collect()
    }

    pub(super) fn put(&self, identifier: Identifier, wish: Wish) -> Result<bool, Fault> {
        self.change(|pool| pool.put(identifier, wish, OffsetDateTime::now_utc()))
    }

    pub(super) fn patch(&self, identifier: &Identifier, change: Change) -> Result<(), Fault> {
        let look = self.look_at(identifier);
        self.change(|pool| pool.patch(identifier, change, &look, OffsetDateTime::now_utc()))
    }

    pub(super) fn delete(&self, identifier: &Identifier, force: Option<&str>) -> Result<(), Fault> {
        let look = self.look_at(identifier);
        self.change(|pool| pool.delete(identifier, force, &look, OffsetDateTime::now_utc()))
    }

    /// Gives an appliance up for good; nothing but its evidence stays.
    pub(super) fn destroy(&self, serial: &str, request: &str) -> Result<(), Fault> {
        self.change(|pool| pool.destroy(serial, request))?;
        Ok(self.folder.destroy(serial)?)
    }
}
