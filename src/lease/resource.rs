//! What a provider promised to a customer: a resource with a name, a size and a state.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::Sku;
use crate::machine::{Machine, Row, by_name, names};

names! {
    /// How far a resource is, as its `provisioningState` says.
    State {
        Absent = "Absent",
        CheckingQuota = "CheckingQuota",
        Allocating = "Allocating",
        Provisioning = "Provisioning",
        Connecting = "Connecting",
        Succeeded = "Succeeded",
        Failed = "Failed",
        Deleting = "Deleting",
    }
}

by_name!(State);

names! {
    /// What is asked for, or happens by itself.
    Event {
        Put = "PUT",
        Tick = "go on",
        Patch = "PATCH",
        Delete = "DELETE",
        ForceDelete = "DELETE with force",
        ProviderError = "provider error",
    }
}

names! {
    /// What has to hold.
    Guard {
        NameValid = "the name is 3 to 24 letters, digits and hyphens",
        PlaceValid = "subscription and group are 1 to 90 letters, digits, and any of -_.()",
        QuotaFree = "the subscription has fewer than 2 appliances at this stamp",
        QuotaUsed = "the subscription has 2 appliances at this stamp",
        ApplianceFree = "an appliance with verified evidence is in the pool of this stamp",
        Licensed = "the appliance has the licence",
        Listening = "its ports listen",
        LmksFit = "no more LMKs are loaded than the new SKU has",
        Unbound = "it has no appliance",
        PutAside = "the appliance is in quarantine or destroyed",
        Released = "the appliance is released and its evidence verifies",
        Request = "the customer's request is documented",
        Returned = "the appliance is back in the pool or destroyed",
    }
}

names! {
    /// What is done.
    Effect {
        Create = "answer 201",
        Bind = "allocate the appliance",
        License = "license the appliance",
        StartBilling = "count hours",
        StopBilling = "stop counting hours",
        Unbind = "return the appliance to the pool",
        Reclaim = "reclaim the appliance",
        Forget = "answer 404 from now on",
    }
}

/// States in which there may be no appliance yet.
const BEFORE: &[State] = &[State::CheckingQuota, State::Allocating, State::Failed];
/// States in which there may be one.
const HOLDING: &[State] =
    &[State::Provisioning, State::Connecting, State::Succeeded, State::Failed];

/// The machine.
pub static MACHINE: Machine<State, Event, Guard, Effect> = Machine {
    title: "Resource",
    start: State::Absent,
    rows: &[
        Row {
            from: &[State::Absent],
            event: Event::Put,
            guards: &[Guard::NameValid, Guard::PlaceValid],
            to: State::CheckingQuota,
            effects: &[Effect::Create],
        },
        Row {
            from: &[State::CheckingQuota],
            event: Event::Tick,
            guards: &[Guard::QuotaFree],
            to: State::Allocating,
            effects: &[],
        },
        Row {
            from: &[State::CheckingQuota],
            event: Event::Tick,
            guards: &[Guard::QuotaUsed],
            to: State::Failed,
            effects: &[],
        },
        Row {
            from: &[State::Allocating],
            event: Event::Tick,
            guards: &[Guard::ApplianceFree],
            to: State::Provisioning,
            effects: &[Effect::Bind],
        },
        Row {
            from: &[State::Provisioning],
            event: Event::Tick,
            guards: &[Guard::Licensed],
            to: State::Connecting,
            effects: &[Effect::License],
        },
        Row {
            from: &[State::Connecting],
            event: Event::Tick,
            guards: &[Guard::Listening],
            to: State::Succeeded,
            effects: &[Effect::StartBilling],
        },
        Row {
            from: &[State::Succeeded],
            event: Event::Patch,
            guards: &[Guard::LmksFit],
            to: State::Succeeded,
            effects: &[Effect::License],
        },
        Row {
            from: BEFORE,
            event: Event::Delete,
            guards: &[Guard::Unbound],
            to: State::Absent,
            effects: &[Effect::Forget],
        },
        Row {
            from: BEFORE,
            event: Event::ForceDelete,
            guards: &[Guard::Unbound],
            to: State::Absent,
            effects: &[Effect::Forget],
        },
        Row {
            from: HOLDING,
            event: Event::Delete,
            guards: &[Guard::PutAside],
            to: State::Deleting,
            effects: &[Effect::StopBilling],
        },
        Row {
            from: HOLDING,
            event: Event::ForceDelete,
            guards: &[Guard::PutAside],
            to: State::Deleting,
            effects: &[Effect::StopBilling],
        },
        Row {
            from: HOLDING,
            event: Event::Delete,
            guards: &[Guard::Released],
            to: State::Deleting,
            effects: &[Effect::StopBilling, Effect::Unbind],
        },
        Row {
            from: HOLDING,
            event: Event::ForceDelete,
            guards: &[Guard::Request],
            to: State::Deleting,
            effects: &[Effect::StopBilling, Effect::Reclaim],
        },
        Row {
            from: &[State::Deleting],
            event: Event::Tick,
            guards: &[Guard::Returned],
            to: State::Absent,
            effects: &[Effect::Forget],
        },
        Row {
            from: &[
                State::CheckingQuota,
                State::Allocating,
                State::Provisioning,
                State::Connecting,
                State::Succeeded,
            ],
            event: Event::ProviderError,
            guards: &[],
            to: State::Failed,
            effects: &[],
        },
    ],
};

/// Which resource.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Identifier {
    /// Subscription of the customer.
    pub subscription: String,
    /// Resource group.
    pub group: String,
    /// Name: 3 to 24 letters, digits and hyphens.
    pub name: String,
}

impl Identifier {
    /// Whether the name is one.
    pub fn has_valid_name(&self) -> bool {
        let name = &self.name;
        (3..=24).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }

    /// Whether subscription and group are such.
    pub fn has_valid_place(&self) -> bool {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.()".contains(&byte);
        [&self.subscription, &self.group]
            .iter()
            .all(|part| (1..=90).contains(&part.len()) && part.bytes().all(fits))
    }
}

/// The path of a resource.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, group, name } = self;
        write!(
            f,
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/\
             Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}"
        )
    }
}

/// What a customer wants.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Wish {
    /// Region.
    pub location: String,
    /// Size.
    pub sku: Sku,
    /// Rack of the region; two appliances for one customer stand in different ones.
    pub stamp: String,
    /// What the customer writes on it.
    pub tags: BTreeMap<String, String>,
    /// Networks of host and management interfaces, as they were asked for.
    #[serde(default)]
    pub networks: [serde_json::Value; 2],
}

/// What a customer changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Change {
    /// Size.
    pub sku: Option<Sku>,
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a customer has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Resource {
    /// Which.
    pub identifier: Identifier,
    /// What was asked for.
    pub wish: Wish,
    /// How far it is.
    pub state: State,
    /// Serial number of the appliance, once there is one.
    pub serial: Option<String>,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it was changed.
    #[serde(with = "time::serde::rfc3339")]
    pub changed: OffsetDateTime,
    /// Since when hours are counted.
    #[serde(with = "time::serde::rfc3339::option")]
    pub billed_since: Option<OffsetDateTime>,
    /// Until when, if no more.
    #[serde(with = "time::serde::rfc3339::option")]
    pub billed_until: Option<OffsetDateTime>,
}

impl State {
    /// What it means, as a `statusMessage`.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Absent => "The resource does not exist.",
            Self::CheckingQuota => "The quota of the subscription is being checked.",
            Self::Allocating => "An appliance of the pool is being looked for.",
            Self::Provisioning => "The device is being provisioned.",
            Self::Connecting => "The device is being connected.",
            Self::Succeeded => "The device is functional.",
            Self::Failed => "There is no device: the quota of the subscription is used up.",
            Self::Deleting => "The device is being erased and returned to the pool.",
        }
    }
}

impl State {
    /// Whether an appliance is allocated, and not handed over yet.
    pub(crate) const fn is_on_the_way(self) -> bool {
        matches!(self, Self::Provisioning | Self::Connecting)
    }
}

/// One way of a resource.
pub(crate) type Way = Row<State, Event, Guard, Effect>;

impl Resource {
    /// Goes this way.
    pub(crate) fn take(&mut self, way: &Way, now: OffsetDateTime) {
        self.state = way.to;
        self.changed = now;
        if way.effects.contains(&Effect::StartBilling) {
            self.billed_since = Some(now);
        }
        if way.effects.contains(&Effect::StopBilling) {
            self.billed_until = Some(now);
        }
    }

    /// Hours that have begun.
    pub fn billed_hours(&self, now: OffsetDateTime) -> u64 {
        let Some(since) = self.billed_since else { return 0 };
        let seconds = (self.billed_until.unwrap_or(now) - since).whole_seconds();
        u64::try_from(seconds).unwrap_or_default().div_ceil(3600).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        let named = |name: &str| Identifier {
            subscription: "s".into(),
            group: "g".into(),
            name: name.into(),
        };
        for (name, valid) in [
            ("ab", false),
            ("abc", true),
            ("a-B-9", true),
            ("a_b", false),
            ("ä-b-c", false),
            ("", false),
        ] {
            assert_eq!(named(name).has_valid_name(), valid, "{name}");
        }
        assert!(named(&"a".repeat(24)).has_valid_name());
        assert!(!named(&"a".repeat(25)).has_valid_name());
        for (part, valid) in [
            ("6f6ec0a2-0e5c-4d5a-9f2e-2f0f4b6d7a11", true),
            ("cards_(EU).1", true),
            ("", false),
            ("a b", false),
            ("a/b", false),
            ("a\u{1b}[2J", false),
        ] {
            for identifier in [
                Identifier { subscription: part.into(), ..named("hsm") },
                Identifier { group: part.into(), ..named("hsm") },
            ] {
                assert_eq!(identifier.has_valid_place(), valid, "{identifier}");
            }
        }
    }

    #[test]
    fn every_state_but_the_first_can_be_left_by_the_customer_or_goes_on() {
        for state in MACHINE.states() {
            let ways = MACHINE.rows.iter().filter(|row| row.from.contains(&state));
            assert!(ways.count() > 0, "{state:?} is a dead end");
        }
    }
}
