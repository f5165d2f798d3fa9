use std::collections::BTreeMap;

use time::Duration;

use super::*;
use crate::device::State as Device;
use crate::resource::State;

const SERIALS: [&str; 3] = ["S1", "S2", "S3"];

fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

fn identifier(name: &str) -> Identifier {
    Identifier { subscription: "bank".into(), group: "cards".into(), name: name.into() }
}

fn wish(sku: &str) -> Wish {
    Wish {
        location: "here".into(),
        sku: sku.parse().expect("a SKU"),
        stamp: "stamp1".into(),
        tags: BTreeMap::new(),
        networks: Default::default(),
    }
}

const SMALL: &str = "payShield10K_LMK1_CPS60";
const LARGE: &str = "payShield10K_LMK2_CPS2500";

fn pool() -> Pool {
    let appliances = SERIALS.map(|serial| Appliance::new(serial, "here", "stamp1"));
    Pool { appliances: appliances.into(), resources: Vec::new() }
}

/// All is well with every appliance, and what was ordered is done.
fn well(appliance: &Appliance) -> Look {
    Look {
        evidence: Ok(appliance.releases),
        listens: true,
        licensed: appliance.sku,
        lmks: 1,
        fails: false,
    }
}

fn state(pool: &Pool, name: &str) -> State {
    pool.resource(&identifier(name)).expect("it is there").state
}

fn settle(pool: &mut Pool) {
    for _ in 0..6 {
        pool.tick(now(), well);
    }
}

#[test]
fn a_resource_goes_through_all_states_and_gets_an_appliance() {
    let mut pool = pool();
    assert_eq!(pool.put(identifier("hsm"), wish(SMALL), now()), Ok(true));
    let mut seen = vec![state(&pool, "hsm")];
    while seen.last() != Some(&State::Succeeded) && seen.len() < 10 {
        pool.tick(now(), well);
        seen.push(state(&pool, "hsm"));
    }
    let names = seen.into_iter().map(Named::name).collect::<Vec<_>>().join(" ");
    assert_eq!(names, "CheckingQuota Allocating Provisioning Connecting Succeeded");
    let appliance = pool.appliance("S1").expect("it is there");
    assert_eq!((appliance.state, appliance.leases), (Device::Allocated, 1));
    assert_eq!(appliance.sku, SMALL.parse().ok());
    assert_eq!(appliance.tenant, Some(crate::evidence::hash("bank")));
    assert_eq!(pool.put(identifier("hsm"), wish(SMALL), now()), Ok(false));
    assert!(pool.put(identifier("hsm"), wish(LARGE), now()).is_err());
}

#[test]
fn it_waits_for_licence_and_ports() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
    let mut look = Look { evidence: Ok(0), ..Look::default() };
    for _ in 0..6 {
        pool.tick(now(), |_| look.clone());
    }
    assert_eq!(state(&pool, "hsm"), State::Provisioning);
    look.licensed = Some(SMALL.parse().expect("a SKU"));
    for _ in 0..3 {
        pool.tick(now(), |_| look.clone());
    }
    assert_eq!(state(&pool, "hsm"), State::Connecting);
}

#[test]
fn a_release_that_nobody_saw_coming_was_the_tenants() {
    for events in [&[][..], &[device::Event::Commission], &[device::Event::Tamper]] {
        let mut pool = pool();
        pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
        settle(&mut pool);
        for event in events {
            pool.happened("S1", *event).expect("it is allocated");
        }
        pool.release_begun("S1").expect("it is leased");
        let appliance = pool.appliance("S1").expect("it is there");
        let told = (appliance.state, appliance.released_from);
        assert_eq!(told, (Device::Releasing, Some(Device::Commissioned)), "{events:?}");
        assert!(pool.release_begun("S1").is_err(), "it was begun already");
        assert!(pool.release_begun("S2").is_err(), "nobody has it");
    }
}

#[test]
fn a_process_that_does_not_come_up_fails_the_resource_alone() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
    let look = Look { evidence: Ok(0), fails: true, ..Look::default() };
    for _ in 0..6 {
        pool.tick(now(), |_| look.clone());
    }
    assert_eq!(state(&pool, "hsm"), State::Failed);
    assert!(pool.delete(&identifier("hsm"), None, &look, now()).is_err(), "it is not released");
    pool.delete(&identifier("hsm"), Some("REQ-1"), &look, now()).expect("it is forced");
    pool.erased("S1", Release::Clean).expect("it is being released");
    settle(&mut pool);
    assert!(pool.resource(&identifier("hsm")).is_err());
    // Whoever has got his appliance keeps it.
    pool.put(identifier("next"), wish(SMALL), now()).expect("it is new");
    settle(&mut pool);
    let look = Look { fails: true, ..well(pool.appliance("S1").expect("it is there")) };
    pool.tick(now(), |_| look.clone());
    assert_eq!(state(&pool, "next"), State::Succeeded);
}

#[test]
fn a_third_appliance_at_one_stamp_is_too_many() {
    let mut pool = pool();
    for name in ["one", "two", "three"] {
        pool.put(identifier(name), wish(SMALL), now()).expect("it is new");
    }
    settle(&mut pool);
    let states = ["one", "two", "three"].map(|name| state(&pool, name));
    assert_eq!(states, [State::Succeeded, State::Succeeded, State::Failed]);
    pool.delete(&identifier("three"), None, &Look::default(), now()).expect("it has no appliance");
    assert!(pool.resource(&identifier("three")).is_err());
}

#[test]
fn what_is_not_released_is_not_deleted_without_force() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
    settle(&mut pool);
    let look = well(pool.appliance("S1").expect("it is there"));
    let refused = pool.delete(&identifier("hsm"), None, &look, now()).expect_err("it holds keys");
    assert!(refused.to_string().contains("the appliance is released"), "{refused}");
    for request in ["", " ", "\u{1b}[2J", &"R".repeat(65)] {
        let refused = pool.delete(&identifier("hsm"), Some(request), &look, now());
        let refused = refused.expect_err("no request");
        assert!(refused.to_string().contains("documented"), "{refused}");
    }
    assert_eq!(state(&pool, "hsm"), State::Succeeded);
    pool.delete(&identifier("hsm"), Some("REQ-7"), &look, now()).expect("it is forced");
    pool.delete(&identifier("hsm"), None, &look, now()).expect("it is being deleted already");
    let appliance = pool.appliance("S1").expect("it is there");
    assert_eq!(appliance.reclaim.as_deref(), Some("REQ-7"));
    assert_eq!(appliance.released_from, Some(Device::Allocated));
    pool.tick(now(), well);
    assert_eq!(state(&pool, "hsm"), State::Deleting);
    pool.erased("S1", Release::Clean).expect("it is being released");
    // Without the record nothing goes on.
    pool.tick(now(), |_| Look { evidence: Ok(0), ..Look::default() });
    assert_eq!(pool.appliance("S1").map(|it| it.state), Ok(Device::Released));
    pool.tick(now(), well);
    assert!(pool.resource(&identifier("hsm")).is_err());
    let appliance = pool.appliance("S1").expect("it is there");
    assert_eq!((appliance.state, &appliance.tenant), (Device::Pooled, &None));
}

#[test]
fn a_released_appliance_returns_with_the_delete_and_is_leased_again() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
    settle(&mut pool);
    pool.happened("S1", device::Event::Commission).expect("it is allocated");
    pool.happened("S1", device::Event::Release).expect("it is commissioned");
    pool.erased("S1", Release::Clean).expect("it is being released");
    let look = well(pool.appliance("S1").expect("it is there"));
    let later = now() + Duration::seconds(3601);
    pool.delete(&identifier("hsm"), None, &look, later).expect("it is released");
    let resource = pool.resource(&identifier("hsm")).expect("it is being deleted");
    assert_eq!(resource.billed_hours(later + Duration::days(1)), 2);
    assert_eq!(pool.appliance("S1").map(|it| it.hours), Ok(2));
    settle(&mut pool);
    assert!(pool.resource(&identifier("hsm")).is_err());
    pool.put(identifier("next"), wish(LARGE), now()).expect("it is new");
    settle(&mut pool);
    assert_eq!(pool.appliance("S1").map(|it| it.leases), Ok(2));
}

#[test]
fn an_appliance_without_clean_evidence_is_put_aside() {
    let mut pool = pool();
    pool.tick(now(), |appliance| {
        let evidence = if appliance.serial == "S2" { Err("altered".into()) } else { Ok(0) };
        Look { evidence, ..Look::default() }
    });
    let states: Vec<_> = pool.appliances.iter().map(|it| it.state).collect();
    assert_eq!(states, [Device::Pooled, Device::Quarantined, Device::Pooled]);
    assert_eq!(pool.appliances[1].quarantine.as_deref(), Some("altered"));
    pool.tick(now(), well);
    assert_eq!(pool.appliances[1].state, Device::Quarantined, "it does not come back");
    assert!(pool.destroy("S2", "").is_err(), "no request");
    pool.destroy("S2", "REQ-9").expect("it is in quarantine");
    assert!(pool.destroy("S2", "REQ-9").is_err(), "it is destroyed");
}

#[test]
fn what_could_not_be_erased_is_put_aside_and_its_resource_can_go() {
    for (release, records) in [(Release::Unclean, 1), (Release::Unproved("torn".into()), 0)] {
        let mut pool = pool();
        pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
        settle(&mut pool);
        pool.happened("S1", device::Event::Release).expect("it is allocated");
        pool.erased("S1", release).expect("it is being released");
        let appliance = pool.appliance("S1").expect("it is there");
        assert_eq!((appliance.state, appliance.releases), (Device::Quarantined, records));
        assert!(appliance.quarantine.is_some() && appliance.tenant.is_some());
        pool.delete(&identifier("hsm"), None, &Look::default(), now()).expect("it is put aside");
        settle(&mut pool);
        assert!(pool.resource(&identifier("hsm")).is_err());
        assert_eq!(pool.appliance("S1").map(|it| it.state), Ok(Device::Quarantined));
    }
}

#[test]
fn a_smaller_sku_must_hold_the_loaded_lmks() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(LARGE), now()).expect("it is new");
    settle(&mut pool);
    let change = Change { sku: SMALL.parse().ok(), tags: None };
    let two = Look { lmks: 2, ..Look::default() };
    assert!(pool.patch(&identifier("hsm"), change.clone(), &two, now()).is_err());
    let one = Look { lmks: 1, ..Look::default() };
    pool.patch(&identifier("hsm"), change, &one, now()).expect("it fits");
    assert_eq!(pool.appliance("S1").map(|it| it.sku), Ok(SMALL.parse().ok()));
    assert_eq!(state(&pool, "hsm"), State::Succeeded);
}

#[test]
fn it_survives_its_file() {
    let mut pool = pool();
    pool.put(identifier("hsm"), wish(SMALL), now()).expect("it is new");
    settle(&mut pool);
    let text = serde_json::to_string(&pool).expect("it has a text");
    assert_eq!(serde_json::from_str::<Pool>(&text).expect("it is one"), pool);
}
