//! Authorised activities: what officers have allowed for a while.

mod activity;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use vault::LmkId;

pub use activity::{Activity, ActivityFault, Category, Interface};

/// How long an activity stays authorised.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Until {
    /// Until it is cancelled, or the appliance starts anew.
    Cancelled,
    /// Until it is cancelled.
    Persistent,
    /// For so many minutes from an instant.
    Time {
        /// Minutes, as the name of the activity has them.
        minutes: u32,
        /// When they are over.
        end: Instant,
    },
}

impl Until {
    /// For so many minutes from now.
    pub fn minutes(minutes: u32) -> Self {
        let length = Duration::from_secs(u64::from(minutes) * 60);
        Self::Time { minutes, end: Instant::now() + length }
    }

    /// Minutes that remain, begun ones included; none without a limit.
    pub fn remaining(self) -> Option<u64> {
        match self {
            Self::Time { end, .. } => {
                Some(end.saturating_duration_since(Instant::now()).as_secs().div_ceil(60))
            }
            Self::Cancelled | Self::Persistent => None,
        }
    }

    fn is_over(self) -> bool {
        matches!(self, Self::Time { end, .. } if end <= Instant::now())
    }
}

/// An activity that is authorised.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// For this LMK; none is every LMK.
    pub lmk: Option<LmkId>,
    /// What is authorised.
    pub activity: Activity,
    /// For how long.
    pub until: Until,
}

impl Grant {
    fn is_for(&self, lmk: LmkId) -> bool {
        self.lmk.is_none_or(|own| own == lmk)
    }
}

/// The activities that are authorised, by LMK.
///
/// What is kept of them is what is left when the appliance starts anew.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "Persistent", into = "Persistent")]
pub struct Authorisations {
    grants: Vec<Grant>,
    /// What a host has cancelled of a wider activity.
    cancelled: Vec<(Category, String)>,
}

/// Activities that stay authorised, each with its LMK.
#[derive(Deserialize, Serialize)]
struct Persistent {
    granted: Vec<(Option<LmkId>, Activity)>,
    cancelled: Vec<(Category, String)>,
}

impl From<Authorisations> for Persistent {
    fn from(mut all: Authorisations) -> Self {
        all.restarted();
        let granted = all.grants.into_iter().map(|grant| (grant.lmk, grant.activity)).collect();
        Self { granted, cancelled: all.cancelled }
    }
}

impl From<Persistent> for Authorisations {
    fn from(Persistent { granted, cancelled }: Persistent) -> Self {
        let grant = |(lmk, activity)| Grant { lmk, activity, until: Until::Persistent };
        Self { grants: granted.into_iter().map(grant).collect(), cancelled }
    }
}

impl Authorisations {
    /// Every activity under every LMK, as `serve --dev` has it.
    pub fn everything() -> Self {
        let all = Grant { lmk: None, activity: Activity::ANY, until: Until::Cancelled };
        Self { grants: vec![all], cancelled: Vec::new() }
    }

    /// Authorises an activity, in place of the same with another time limit.
    pub fn grant(&mut self, grant: Grant) {
        self.grants.retain(|own| (own.lmk, &own.activity) != (grant.lmk, &grant.activity));
        let activity = &grant.activity;
        self.cancelled.retain(|(category, sub)| !activity.covers(*category, sub, Interface::Host));
        self.grants.push(grant);
    }

    /// Authorises an activity of the host under every LMK until it is cancelled.
    pub fn authorise(&mut self, category: Category, sub: &str) {
        let activity = Activity::of(category, sub, Interface::Host);
        self.grant(Grant { lmk: None, activity, until: Until::Cancelled });
    }

    /// Whether an activity is authorised under an LMK.
    pub fn allows(&self, lmk: LmkId, category: Category, sub: &str, interface: Interface) -> bool {
        let allowed = self.grants.iter().any(|grant| {
            grant.is_for(lmk)
                && grant.activity.covers(category, sub, interface)
                && !grant.until.is_over()
        });
        allowed && !(interface == Interface::Host && self.has_cancelled(category, sub))
    }

    /// What is authorised under an LMK.
    pub fn grants(&self, lmk: LmkId) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.is_for(lmk) && !grant.until.is_over())
    }

    /// How many are authorised.
    pub fn count(&self) -> usize {
        self.grants.iter().filter(|grant| !grant.until.is_over()).count()
    }

    /// Takes back what was authorised in these very words; false where nothing was.
    pub fn revoke(&mut self, grant: &Grant) -> bool {
        let count = self.grants.len();
        self.grants.retain(|own| own != grant);
        self.grants.len() < count
    }

    /// Takes back all that is authorised under an LMK, also what is under every LMK.
    pub fn revoke_all(&mut self, lmk: LmkId) {
        self.grants.retain(|grant| !grant.is_for(lmk));
    }

    /// Takes back all that is authorised under this LMK alone.
    pub fn revoke_own(&mut self, lmk: LmkId) {
        self.grants.retain(|grant| grant.lmk != Some(lmk));
    }

    /// Cancels an activity of the host under every LMK; false where it was not authorised.
    pub fn cancel(&mut self, category: Category, sub: &str) -> bool {
        let allowed = !self.has_cancelled(category, sub)
            && self.grants.iter().any(|grant| {
                grant.activity.covers(category, sub, Interface::Host) && !grant.until.is_over()
            });
        let exact = Activity::of(category, sub, Interface::Host);
        self.grants.retain(|grant| grant.activity != exact);
        let covered =
            self.grants.iter().any(|grant| grant.activity.covers(category, sub, Interface::Host));
        if covered && !self.has_cancelled(category, sub) {
            self.cancelled.push((category, sub.to_owned()));
        }
        allowed
    }

    /// Cancels every activity; returns how many were authorised.
    pub fn cancel_all(&mut self) -> usize {
        let count = self.count();
        *self = Self::default();
        count
    }

    /// What is left of it when the appliance starts anew.
    pub fn restarted(&mut self) {
        self.grants.retain(|grant| grant.until == Until::Persistent);
    }

    fn has_cancelled(&self, category: Category, sub: &str) -> bool {
        self.cancelled.iter().any(|(known, name)| *known == category && name == sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LMK: LmkId = LmkId(0);

    fn host(authorised: &Authorisations, category: Category, sub: &str) -> bool {
        authorised.allows(LMK, category, sub, Interface::Host)
    }

    #[test]
    fn activities_come_and_go() {
        let mut authorised = Authorisations::default();
        assert!(!host(&authorised, Category::Export, "001"));
        authorised.authorise(Category::Export, "001");
        assert!(host(&authorised, Category::Export, "001"));
        assert!(!authorised.allows(LMK, Category::Export, "001", Interface::Console));
        assert!(!host(&authorised, Category::Import, "001"));
        assert!(authorised.cancel(Category::Export, "001"));
        assert!(!authorised.cancel(Category::Export, "001"));
        let mut authorised = Authorisations::everything();
        assert!(host(&authorised, Category::Diag, ""));
        assert!(authorised.cancel(Category::Diag, ""));
        assert!(!authorised.cancel(Category::Diag, ""));
        assert!(!host(&authorised, Category::Diag, ""));
        assert!(host(&authorised, Category::Export, "001"));
        authorised.authorise(Category::Diag, "");
        assert!(host(&authorised, Category::Diag, ""));
        assert_eq!(authorised.cancel_all(), 2);
        assert!(!host(&authorised, Category::Diag, ""));
    }

    #[test]
    fn activities_are_those_of_an_lmk_and_end() {
        let mut authorised = Authorisations::default();
        let activity = Activity::of(Category::Generate, "000", Interface::Console);
        let allows = |authorised: &Authorisations, lmk| {
            authorised.allows(lmk, Category::Generate, "000", Interface::Console)
        };
        let grant = Grant { lmk: Some(LMK), activity, until: Until::minutes(25) };
        authorised.grant(grant.clone());
        assert!(allows(&authorised, LMK) && !allows(&authorised, LmkId(1)));
        assert_eq!(grant.until.remaining(), Some(25));
        authorised.grant(Grant { until: Until::minutes(0), ..grant.clone() });
        assert!(!allows(&authorised, LMK));
        assert_eq!(authorised.grants(LMK).count(), 0);
        authorised.grant(Grant { until: Until::Persistent, ..grant.clone() });
        authorised.authorise(Category::Export, "001");
        authorised.restarted();
        assert!(allows(&authorised, LMK) && !host(&authorised, Category::Export, "001"));
        assert!(!authorised.revoke(&grant));
        assert!(authorised.revoke(&Grant { until: Until::Persistent, ..grant }));
        assert!(!allows(&authorised, LMK));
    }
}
