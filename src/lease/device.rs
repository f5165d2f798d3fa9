//! What an appliance may do in its life: pooled, leased, released, erased, proved.
//!
//! While it is commissioned its key locks say whether it is online, offline or secure. The states are the device's as
//! the public documents of a cloud tell them; their names are inferred.

use crate::machine::{Machine, Row, by_name, names};

names! {
    /// Where an appliance is in its life.
    State {
        Pooled = "Pooled",
        Allocated = "Allocated",
        Commissioned = "Commissioned",
        Tampered = "Tampered",
        Releasing = "Releasing",
        Released = "Released",
        Quarantined = "Quarantined",
        Destroyed = "Destroyed",
    }
}

by_name!(State);

impl State {
    /// Whether the provider may administer it: only where nothing of a tenant is in it, or nobody's any more.
    pub const fn provider_administers(self) -> bool {
        matches!(self, Self::Pooled | Self::Released | Self::Quarantined)
    }

    /// Whether a process of its own runs for it.
    pub const fn runs(self) -> bool {
        matches!(self, Self::Allocated | Self::Commissioned | Self::Tampered | Self::Releasing)
    }
}

names! {
    /// What happens to an appliance.
    Event {
        Allocate = "allocate",
        Commission = "commission",
        Tamper = "tamper",
        Restart = "restart",
        Release = "release",
        Reclaim = "reclaim",
        Erased = "erased",
        EraseFailed = "erase failed",
        Unbind = "return to the pool",
        Suspect = "suspect",
        Destroy = "destroy",
    }
}

names! {
    /// What has to hold.
    Guard {
        RecordVerifies = "the evidence of its last release verifies",
        RecordFails = "the evidence of its last release does not verify",
        KeyCards = "there are a left and a right key card",
        Secure = "it is in secure state",
        TwoCards = "two different key cards are in the locks",
        Confirmed = "the release is confirmed",
        Request = "the customer's request is documented",
        StimulusGone = "the cause is gone",
        NothingLeft = "nothing of the tenant was found",
        SomethingLeft = "something of the tenant was found",
    }
}

names! {
    /// What is done.
    Effect {
        BindTenant = "bind it to the tenant",
        MakeRootKey = "make a root key",
        ProviderOut = "take administration from the provider",
        EraseLmks = "erase the LMKs",
        WriteIntent = "write the intent down",
        ClosePorts = "close the host ports and end what runs",
        DestroyRootKey = "destroy the root key",
        EraseAll = "overwrite and remove everything of the tenant",
        FreshProcess = "end the process",
        SignRecord = "sign a release record",
        ProviderIn = "give administration to the provider",
        UnbindTenant = "forget the tenant",
    }
}

/// The machine.
pub static MACHINE: Machine<State, Event, Guard, Effect> = Machine {
    title: "Appliance",
    start: State::Pooled,
    rows: &[
        Row {
            from: &[State::Pooled],
            event: Event::Allocate,
            guards: &[Guard::RecordVerifies],
            to: State::Allocated,
            effects: &[Effect::ProviderOut, Effect::MakeRootKey, Effect::BindTenant],
        },
        Row {
            from: &[State::Pooled],
            event: Event::Suspect,
            guards: &[Guard::RecordFails],
            to: State::Quarantined,
            effects: &[],
        },
        Row {
            from: &[State::Allocated],
            event: Event::Commission,
            guards: &[Guard::KeyCards],
            to: State::Commissioned,
            effects: &[],
        },
        Row {
            from: &[State::Allocated, State::Commissioned],
            event: Event::Tamper,
            guards: &[],
            to: State::Tampered,
            effects: &[Effect::ClosePorts, Effect::EraseLmks],
        },
        Row {
            from: &[State::Tampered],
            event: Event::Restart,
            guards: &[Guard::StimulusGone],
            to: State::Commissioned,
            effects: &[],
        },
        Row {
            from: &[State::Allocated],
            event: Event::Restart,
            guards: &[],
            to: State::Allocated,
            effects: &[],
        },
        Row {
            from: &[State::Commissioned],
            event: Event::Restart,
            guards: &[],
            to: State::Commissioned,
            effects: &[],
        },
        Row {
            from: &[State::Allocated],
            event: Event::Release,
            guards: &[Guard::Confirmed],
            to: State::Releasing,
            effects: &[Effect::WriteIntent, Effect::ClosePorts],
        },
        Row {
            from: &[State::Commissioned],
            event: Event::Release,
            guards: &[Guard::Secure, Guard::TwoCards, Guard::Confirmed],
            to: State::Releasing,
            effects: &[Effect::WriteIntent, Effect::ClosePorts],
        },
        Row {
            from: &[State::Allocated, State::Commissioned, State::Tampered],
            event: Event::Reclaim,
            guards: &[Guard::Request],
            to: State::Releasing,
            effects: &[Effect::WriteIntent, Effect::ClosePorts],
        },
        Row {
            from: &[State::Releasing],
            event: Event::Restart,
            guards: &[],
            to: State::Releasing,
            effects: &[Effect::DestroyRootKey, Effect::EraseAll],
        },
        Row {
            from: &[State::Releasing],
            event: Event::Erased,
            guards: &[Guard::NothingLeft],
            to: State::Released,
            effects: &[
                Effect::DestroyRootKey,
                Effect::EraseAll,
                Effect::FreshProcess,
                Effect::SignRecord,
                Effect::ProviderIn,
            ],
        },
        Row {
            from: &[State::Releasing],
            event: Event::EraseFailed,
            guards: &[Guard::SomethingLeft],
            to: State::Quarantined,
            effects: &[Effect::SignRecord],
        },
        Row {
            from: &[State::Released],
            event: Event::Unbind,
            guards: &[],
            to: State::Pooled,
            effects: &[Effect::UnbindTenant],
        },
        Row {
            from: &[State::Pooled, State::Quarantined],
            event: Event::Destroy,
            guards: &[Guard::Request],
            to: State::Destroyed,
            effects: &[],
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Named as _, Refusal};

    #[test]
    fn a_lease_goes_round() {
        let mut state = State::Pooled;
        for event in
            [Event::Allocate, Event::Commission, Event::Release, Event::Erased, Event::Unbind]
        {
            state = MACHINE.step(state, event, |_| true).expect("it is expected").to;
        }
        assert_eq!(state, State::Pooled);
    }

    #[test]
    fn nothing_leads_from_releasing_back_to_the_tenant() {
        for event in Event::ALL {
            if let Ok(row) = MACHINE.step(State::Releasing, *event, |_| true) {
                let ends = [State::Releasing, State::Released, State::Quarantined];
                assert!(ends.contains(&row.to), "{} leads to {}", event.name(), row.to.name());
            }
        }
    }

    #[test]
    fn the_provider_gets_in_only_over_a_signed_record() {
        for row in MACHINE.rows.iter().filter(|row| row.to.provider_administers()) {
            let from_tenant = row.from.iter().any(|state| !state.provider_administers());
            assert!(!from_tenant || row.effects.contains(&Effect::SignRecord), "{row:?}");
        }
        for row in MACHINE.rows.iter().filter(|row| !row.to.provider_administers()) {
            let from_provider = row.from.iter().any(|state| state.provider_administers());
            let out = row.effects.contains(&Effect::ProviderOut) || row.to == State::Destroyed;
            assert!(!from_provider || out, "{row:?}");
        }
    }

    #[test]
    fn a_refusal_says_why() {
        let secure = |guard| guard != Guard::TwoCards;
        let refused =
            MACHINE.step(State::Commissioned, Event::Release, secure).expect_err("one card");
        let text = "release in state Commissioned is possible only if two different key cards are in the locks";
        assert_eq!(refused.to_string(), text);
        let (state, event) = (State::Released, Event::Allocate);
        let refused =
            MACHINE.step(state, event, |_| true).expect_err("it passes through the pool first");
        assert_eq!(refused, Refusal::Unexpected { state, event });
        assert_eq!(refused.to_string(), "allocate is not possible in state Released");
    }

    #[test]
    fn every_guard_of_every_row_is_asked() {
        for row in MACHINE.rows {
            for state in row.from {
                for guard in row.guards {
                    let refused = MACHINE.step(*state, row.event, |asked| asked != *guard);
                    assert!(
                        refused.is_err(),
                        "{} {} without {}",
                        state.name(),
                        row.event.name(),
                        guard.name()
                    );
                }
            }
        }
    }
}
