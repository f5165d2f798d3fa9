//! The appliances of a provider, and what he promised of them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::machine::{Named, Refusal};
use crate::{Change, Identifier, Resource, Sku, Wish, device, resource};

/// Appliances that one subscription may have at one stamp.
const QUOTA: usize = 2;

/// One appliance, as its provider sees it: nothing of a tenant but a hash of his name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Appliance {
    /// Serial number.
    pub serial: String,
    /// Region.
    pub location: String,
    /// Rack of the region.
    pub stamp: String,
    /// Where it is in its life.
    pub state: device::State,
    /// Hash of the tenant's name, while it has one.
    pub tenant: Option<String>,
    /// Size, while it is leased.
    pub sku: Option<Sku>,
    /// The request on which it is being reclaimed.
    pub reclaim: Option<String>,
    /// The state in which its release began, while that goes on.
    pub released_from: Option<device::State>,
    /// Why it is in quarantine.
    pub quarantine: Option<String>,
    /// Leases so far.
    pub leases: u64,
    /// Releases so far, each of which left a record.
    pub releases: u64,
    /// Hours billed of the leases that have ended.
    pub hours: u64,
}

/// What somebody who is outside found out about an appliance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Look {
    /// Records of its evidence, if they all verify and the last one is clean; else why not.
    pub evidence: Result<u64, String>,
    /// Whether its host and console ports listen.
    pub listens: bool,
    /// The size that it has a licence for.
    pub licensed: Option<Sku>,
    /// LMKs that it has loaded.
    pub lmks: u8,
    /// Whether its process does not come up, however often it is tried.
    pub fails: bool,
}

impl Default for Look {
    /// Nobody has looked.
    fn default() -> Self {
        let evidence = Err("nobody has looked at its evidence".to_owned());
        Self { evidence, listens: false, licensed: None, lmks: 0, fails: false }
    }
}

/// How a release went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Release {
    /// A clean record is written.
    Clean,
    /// Something was found, and the record says so.
    Unclean,
    /// All is erased, but the records before it do not verify, so that none can follow them. For this reason.
    Unproved(String),
}

/// Why something is not done.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Problem {
    /// There is no such resource.
    #[error("the resource {0} was not found")]
    NoResource(String),
    /// There is no such appliance.
    #[error("there is no appliance {0}")]
    NoAppliance(String),
    /// The request contradicts itself or what is there.
    #[error("{0}")]
    Invalid(String),
    /// It is not possible now.
    #[error("{0}")]
    Conflict(String),
}

impl<S: Named, E: Named, G: Named> From<Refusal<S, E, G>> for Problem {
    fn from(refusal: Refusal<S, E, G>) -> Self {
        Self::Conflict(refusal.to_string())
    }
}

/// Everything that a provider has to remember.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pool {
    /// Appliances, by serial number.
    pub appliances: Vec<Appliance>,
    /// Resources, in the order in which they were asked for.
    pub resources: Vec<Resource>,
}

impl Appliance {
    /// A new one, in the pool.
    pub fn new(
        serial: impl Into<String>,
        location: impl Into<String>,
        stamp: impl Into<String>,
    ) -> Self {
        Self {
            serial: serial.into(),
            location: location.into(),
            stamp: stamp.into(),
            state: device::State::Pooled,
            tenant: None,
            sku: None,
            reclaim: None,
            released_from: None,
            quarantine: None,
            leases: 0,
            releases: 0,
            hours: 0,
        }
    }

    fn step(
        &mut self,
        event: device::Event,
        holds: impl Fn(device::Guard) -> bool,
    ) -> Result<&'static [device::Effect], Problem> {
        let row = device::MACHINE.step(self.state, event, holds)?;
        if row.to == device::State::Releasing {
            self.released_from.get_or_insert(self.state);
        }
        self.state = row.to;
        Ok(row.effects)
    }

    fn bind(&mut self, to: &Resource, look: impl Fn(&Self) -> Look) -> Result<(), Problem> {
        let clean = self.doubt(&look(self)).is_none();
        self.step(device::Event::Allocate, |_| clean)?;
        self.tenant = Some(crate::evidence::hash(&to.identifier.subscription));
        self.sku = Some(to.wish.sku);
        self.leases += 1;
        Ok(())
    }

    fn unbind(&mut self) -> Result<(), Problem> {
        self.step(device::Event::Unbind, |_| true)?;
        self.tenant = None;
        Ok(())
    }

    /// What is wrong with the evidence of its releases.
    fn doubt(&self, look: &Look) -> Option<String> {
        match &look.evidence {
            Ok(records) if *records == self.releases => None,
            Ok(records) => {
                Some(format!("there are {records} records of {} releases", self.releases))
            }
            Err(reason) => Some(reason.clone()),
        }
    }

    /// Whether it is given up, or is not to be trusted.
    fn is_put_aside(&self) -> bool {
        matches!(self.state, device::State::Quarantined | device::State::Destroyed)
    }
}

impl Pool {
    /// The resource of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn resource(&self, identifier: &Identifier) -> Result<&Resource, Problem> {
        let found = self.resources.iter().find(|resource| resource.identifier == *identifier);
        found.ok_or_else(|| Problem::NoResource(identifier.to_string()))
    }

    /// The resources of a subscription, or of one group of it.
    pub fn list<'a>(
        &'a self,
        subscription: &'a str,
        group: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |Resource { identifier, .. }| {
            identifier.subscription == subscription
                && group.is_none_or(|group| identifier.group == group)
        })
    }

    /// The appliance with this serial number.
    ///
    /// # Errors
    /// There is none.
    pub fn appliance(&self, serial: &str) -> Result<&Appliance, Problem> {
        let found = self.appliances.iter().find(|appliance| appliance.serial == serial);
        found.ok_or_else(|| Problem::NoAppliance(serial.to_owned()))
    }

    fn appliance_mut(&mut self, serial: &str) -> Result<&mut Appliance, Problem> {
        let found = self.appliances.iter_mut().find(|appliance| appliance.serial == serial);
        found.ok_or_else(|| Problem::NoAppliance(serial.to_owned()))
    }

    fn resource_mut(&mut self, identifier: &Identifier) -> Result<&mut Resource, Problem> {
        let found = self.resources.iter_mut().find(|resource| resource.identifier == *identifier);
        found.ok_or_else(|| Problem::NoResource(identifier.to_string()))
    }

    /// Creates a resource, true, or finds that it is there already as wished.
    ///
    /// # Errors
    /// The name is none, or there is another one of this name.
    pub fn put(
        &mut self,
        identifier: Identifier,
        wish: Wish,
        now: OffsetDateTime,
    ) -> Result<bool, Problem> {
        if let Ok(resource) = self.resource_mut(&identifier) {
            if (&resource.wish.location, &resource.wish.stamp) != (&wish.location, &wish.stamp) {
                return Err(Problem::Conflict(
                    "location and stamp cannot be changed: delete the resource and create another"
                        .into(),
                ));
            }
            if resource.wish.sku != wish.sku {
                return Err(Problem::Conflict("the SKU is changed by PATCH".into()));
            }
            resource.wish.tags = wish.tags;
            return Ok(false);
        }
        let at = |it: &Appliance| (&it.location, &it.stamp) == (&wish.location, &wish.stamp);
        if !self.appliances.iter().any(at) {
            let Wish { location, stamp, .. } = &wish;
            return Err(Problem::Invalid(format!("there is no {stamp} at location {location}")));
        }
        let holds = |guard| match guard {
            resource::Guard::NameValid => identifier.has_valid_name(),
            resource::Guard::PlaceValid => identifier.has_valid_place(),
            _ => false,
        };
        let row = resource::MACHINE.step(resource::State::Absent, resource::Event::Put, holds);
        let row = row.map_err(|refusal| Problem::Invalid(refusal.to_string()))?;
        self.resources.push(Resource {
            identifier,
            wish,
            state: row.to,
            serial: None,
            created: now,
            changed: now,
            billed_since: None,
            billed_until: None,
        });
        Ok(true)
    }

    /// Changes size or tags.
    ///
    /// # Errors
    /// There is no such resource, or the new size does not fit what is loaded.
    pub fn patch(
        &mut self,
        identifier: &Identifier,
        change: Change,
        look: &Look,
        now: OffsetDateTime,
    ) -> Result<(), Problem> {
        let resource = self.resource_mut(identifier)?;
        let mut licensed = None;
        if let Some(sku) = change.sku.filter(|sku| *sku != resource.wish.sku) {
            let fits = look.lmks <= sku.lmks;
            let row = resource::MACHINE.step(resource.state, resource::Event::Patch, |_| fits)?;
            resource.take(row, now);
            resource.wish.sku = sku;
            licensed = resource.serial.clone().zip(Some(sku));
        }
        if let Some(tags) = change.tags {
            resource.wish.tags = tags;
            resource.changed = now;
        }
        if let Some((serial, sku)) = licensed {
            self.appliance_mut(&serial)?.sku = Some(sku);
        }
        Ok(())
    }

    /// Gives a resource up. Its appliance must have been released, unless `force` names the customer's request.
    ///
    /// # Errors
    /// There is no such resource, or its appliance still holds something of the tenant.
    pub fn delete(
        &mut self,
        identifier: &Identifier,
        force: Option<&str>,
        look: &Look,
        now: OffsetDateTime,
    ) -> Result<(), Problem> {
        let resource = self.resource(identifier)?;
        if resource.state == resource::State::Deleting {
            return Ok(());
        }
        let serial = resource.serial.clone();
        let appliance = serial.as_deref().and_then(|serial| self.appliance(serial).ok());
        let is = |state| appliance.is_some_and(|appliance| appliance.state == state);
        let proved = appliance.is_some_and(|appliance| appliance.doubt(look).is_none());
        let released = is(device::State::Released) && proved;
        // Whoever forces what is released already needs no erasing.
        let event = match force {
            Some(_) if !released => resource::Event::ForceDelete,
            _ => resource::Event::Delete,
        };
        let holds = |guard| match guard {
            resource::Guard::Unbound => serial.is_none(),
            resource::Guard::PutAside => appliance.is_some_and(Appliance::is_put_aside),
            resource::Guard::Released => released,
            resource::Guard::Request => force.is_some_and(is_documented),
            _ => false,
        };
        let row = resource::MACHINE.step(resource.state, event, holds)?;
        let resource = self.resource_mut(identifier)?;
        resource.take(row, now);
        let hours = resource.billed_hours(now);
        for effect in row.effects {
            let serial = serial.as_deref().unwrap_or_default();
            match effect {
                resource::Effect::StopBilling => self.appliance_mut(serial)?.hours += hours,
                resource::Effect::Unbind => self.appliance_mut(serial)?.unbind()?,
                resource::Effect::Reclaim => self.reclaim(serial, force.unwrap_or_default())?,
                _ => {}
            }
        }
        self.resources.retain(|resource| resource.state != resource::State::Absent);
        Ok(())
    }

    /// Has an appliance erased on a customer's documented request.
    fn reclaim(&mut self, serial: &str, request: &str) -> Result<(), Problem> {
        let documented = is_documented(request);
        let appliance = self.appliance_mut(serial)?;
        appliance.step(device::Event::Reclaim, |_| documented)?;
        appliance.reclaim = Some(request.to_owned());
        Ok(())
    }

    /// Gives an appliance up for good.
    ///
    /// # Errors
    /// There is no such appliance, no request, or it is leased.
    pub fn destroy(&mut self, serial: &str, request: &str) -> Result<(), Problem> {
        let documented = is_documented(request);
        self.appliance_mut(serial)?.step(device::Event::Destroy, |_| documented).map(drop)
    }

    /// Takes note of what an appliance says of itself.
    ///
    /// # Errors
    /// There is no such appliance, or that cannot happen to it now.
    pub fn happened(&mut self, serial: &str, event: device::Event) -> Result<(), Problem> {
        self.appliance_mut(serial)?.step(event, |_| true).map(drop)
    }

    /// Takes note that its tenant has begun to release an appliance. He can do so only in secure state, which tells what
    /// has happened before, if that was not noted yet.
    ///
    /// # Errors
    /// There is no such appliance, or it has no tenant.
    pub fn release_begun(&mut self, serial: &str) -> Result<(), Problem> {
        let appliance = self.appliance_mut(serial)?;
        let before = match appliance.state {
            device::State::Allocated => Some(device::Event::Commission),
            device::State::Tampered => Some(device::Event::Restart),
            _ => None,
        };
        for event in before.into_iter().chain([device::Event::Release]) {
            appliance.step(event, |_| true)?;
        }
        Ok(())
    }

    /// Takes note that an appliance was erased and that the record of it is written.
    ///
    /// # Errors
    /// There is no such appliance, or it was not being released.
    pub fn erased(&mut self, serial: &str, release: Release) -> Result<(), Problem> {
        let appliance = self.appliance_mut(serial)?;
        let (event, records, quarantine) = match release {
            Release::Clean => (device::Event::Erased, 1, None),
            Release::Unclean => {
                let reason = "something of the tenant was found after its release".to_owned();
                (device::Event::EraseFailed, 1, Some(reason))
            }
            Release::Unproved(reason) => (device::Event::EraseFailed, 0, Some(reason)),
        };
        appliance.step(event, |_| true)?;
        appliance.releases += records;
        appliance.quarantine = quarantine;
        (appliance.sku, appliance.reclaim, appliance.released_from) = (None, None, None);
        Ok(())
    }

    /// Lets every resource go on by one step at most.
    pub fn tick(&mut self, now: OffsetDateTime, look: impl Fn(&Appliance) -> Look) {
        for appliance in &mut self.appliances {
            let doubt = appliance.doubt(&look(appliance));
            // A record that verifies is no reason to suspect anything.
            if appliance.step(device::Event::Suspect, |_| doubt.is_some()).is_ok() {
                appliance.quarantine = doubt;
            }
        }
        for at in 0..self.resources.len() {
            if let Some(mut resource) = self.resources.get(at).cloned() {
                // Nothing to do is no error.
                let _ = self.advance(&mut resource, now, &look);
                self.resources[at] = resource;
            }
        }
        self.resources.retain(|resource| resource.state != resource::State::Absent);
    }

    fn advance(
        &mut self,
        resource: &mut Resource,
        now: OffsetDateTime,
        look: &impl Fn(&Appliance) -> Look,
    ) -> Result<(), Problem> {
        let (used, free) = (self.used(resource), self.free(&resource.wish));
        let (mut licensed, mut listens, mut returned) = (None, false, true);
        let mut event = resource::Event::Tick;
        if let Some(serial) = &resource.serial {
            let appliance = self.appliance_mut(serial)?;
            let seen = look(appliance);
            if resource.state == resource::State::Deleting && appliance.doubt(&seen).is_none() {
                // Nothing else brings an appliance back that was reclaimed; one that is not released stays.
                let _ = appliance.unbind();
            }
            returned = !appliance.state.runs() && appliance.state != device::State::Released;
            (licensed, listens) = (seen.licensed, seen.listens);
            if seen.fails && resource.state.is_on_the_way() {
                event = resource::Event::ProviderError;
            }
        }
        let holds = |guard| match guard {
            resource::Guard::QuotaFree => used < QUOTA,
            resource::Guard::QuotaUsed => used >= QUOTA,
            resource::Guard::ApplianceFree => free.is_some(),
            resource::Guard::Licensed => licensed == Some(resource.wish.sku),
            resource::Guard::Listening => listens,
            resource::Guard::Returned => returned,
            _ => false,
        };
        let row = resource::MACHINE.step(resource.state, event, holds)?;
        if let Some(serial) = free.filter(|_| row.effects.contains(&resource::Effect::Bind)) {
            self.appliance_mut(&serial)?.bind(resource, look)?;
            resource.serial = Some(serial);
        }
        resource.take(row, now);
        Ok(())
    }

    /// Serial number of an appliance of the pool that fits.
    fn free(&self, wish: &Wish) -> Option<String> {
        let found = self.appliances.iter().find(|appliance| {
            appliance.state == device::State::Pooled
                && (&appliance.location, &appliance.stamp) == (&wish.location, &wish.stamp)
        });
        found.map(|appliance| appliance.serial.clone())
    }

    /// Appliances that the same customer has at the same stamp, or is about to get.
    fn used(&self, of: &Resource) -> usize {
        let same = self.resources.iter().filter(|other| {
            other.identifier != of.identifier
                && other.identifier.subscription == of.identifier.subscription
                && (&other.wish.location, &other.wish.stamp) == (&of.wish.location, &of.wish.stamp)
                && !matches!(other.state, resource::State::CheckingQuota | resource::State::Failed)
        });
        same.count()
    }
}

/// Whether a request has an identifier: 1 to 64 characters that can be printed, and not spaces alone.
fn is_documented(request: &str) -> bool {
    let fits = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    request.len() <= 64 && request.bytes().all(fits) && !request.trim().is_empty()
}

#[cfg(test)]
mod tests;
