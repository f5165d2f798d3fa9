use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rand_core::Rng as _;
use vault::sealed::DataKey;

use super::super::disk::interrupted::{By, after, never};
use super::{Place, full, told};
use crate::store::{GENERATION, Method, ROOT_KEY};
use crate::{Action, Appliance, Found, Logs, Mailer, Randomness, ReleaseFault, State, WhenFull};

/// An appliance in which nothing is as delivered, also beside the state; with other files in its folder.
fn used(place: &Place) -> Appliance {
    let appliance = place.appliance(full());
    fs::create_dir(place.0.state.join("audit")).expect("room");
    fs::write(place.0.state.join("audit/000001"), b"records").expect("room");
    fs::write(place.0.state.join("state.new"), b"half a state").expect("room");
    appliance.batch().add(b"9361251837021234;", 1).expect("room");
    let fields = [&b"A"[..]].into_iter();
    let mailer = Mailer::new(fields, *b"550000025321", *b"936125183702", b"1234");
    *appliance.first_mailer() = Some(mailer);
    appliance
}

fn names(place: &Place) -> Vec<String> {
    let folders = [&place.0.state, &place.0.root_key];
    let entries = folders.into_iter().flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    entries.map(|it| it.expect("an entry").file_name().into_string().expect("text")).collect()
}

#[test]
fn a_release_erases_all_and_says_what() {
    let place = Place::new();
    let appliance = used(&place);
    let key = fs::read(place.file(ROOT_KEY)).expect("a key");
    let released = appliance.release("two cards").expect("room");
    assert!(released.is_drained);
    let count = |class: &str| {
        let of_class = released.erased.iter().find(|erased| erased.class == class);
        of_class.map_or_else(|| panic!("no {class}"), |erased| (erased.count, erased.method))
    };
    for (class, expected) in [
        ("LMKs", (4, Method::CryptoErase)),
        ("LMKs in key change storage", (1, Method::CryptoErase)),
        ("key cards commissioned", (1, Method::CryptoErase)),
        ("LMKs with officers", (1, Method::CryptoErase)),
        ("authorised activities", (1, Method::CryptoErase)),
        ("places in user storage", (2, Method::CryptoErase)),
        ("TLS keys", (0, Method::CryptoErase)),
        ("setups of host ports", (1, Method::CryptoErase)),
        ("excluded PINs", (1, Method::CryptoErase)),
        ("choices of PINs that waited", (1, Method::Wipe)),
        ("mailers that waited", (1, Method::Wipe)),
        ("root keys", (1, Method::Overwrite)),
        ("sealed states", (1, Method::CryptoErase)),
        ("other files", (2, Method::Remove)),
    ] {
        assert_eq!(count(class), expected, "{class}");
    }
    assert_eq!(names(&place), ["release"]);
    let order = fs::read(place.0.state.join("release")).expect("an order");
    assert!(order.windows(8).all(|part| !key.windows(8).any(|seen| seen == part)));

    let state = appliance.state();
    assert!(!appliance.is_online() && state.lmks.count() == 0 && state.storage.count() == 0);
    assert_eq!((appliance.batch().count(), appliance.first_mailer().is_some()), (0, false));
    let seeded = Randomness::from_seed(1).generator().next_u64();
    assert_ne!(appliance.randomness().generator().next_u64(), seeded, "the generator goes on");
    let fault = appliance.change(|state| state.settings.clear_pins = true).expect_err("released");
    assert!(fault.to_string().contains("the appliance is released"), "{fault}");
    assert_eq!(names(&place), ["release"]);

    // Whoever comes later finds it done, and who was first stays the one who gave the order.
    assert!(matches!(appliance.release("somebody else"), Err(ReleaseFault::Again)));
    assert_eq!(fs::read(place.0.state.join("release")).expect("an order"), order);

    released.settle().expect("the order can be removed");
    assert_eq!(names(&place), [""; 0]);
    drop(appliance);
    assert!(matches!(place.found(), Ok(Found::Nothing(_))));
}

#[test]
fn an_audit_log_that_is_written_does_not_come_back() {
    let place = Place::new();
    let appliance = place.appliance(State::development());
    let key = DataKey::generate().expect("randomness");
    let appliance = appliance.with_logs(Logs::open(&place.0.state, &key, None).expect("room"));
    let write = || {
        appliance.audit(Action::LmksErased.done());
        let (_, written) = appliance.audit.record(WhenFull::Overwrite, false);
        written.expect("room");
    };
    write();
    let released = appliance.release("two cards").expect("room");
    let records = released.erased.iter().find(|erased| erased.class == "audit records");
    assert!(records.is_some_and(|records| records.count > 0), "{records:?}");
    write();
    assert_eq!(names(&place), ["release"]);
    drop(appliance);
    assert_eq!(names(&place), ["release"]);
}

#[test]
fn a_release_in_memory_erases_all_too() {
    let appliance = Appliance::new(full(), Randomness::from_seed(1));
    let released = appliance.release("two cards").expect("there is no disk");
    assert_eq!(released.erased[0].method, Method::Wipe);
    assert!(released.erased.iter().all(|erased| erased.class != "root keys"));
    assert_eq!((appliance.state().lmks.count(), appliance.is_online()), (0, false));
    released.settle().expect("there is no disk");
}

#[test]
fn messages_that_are_being_answered_are_waited_for() {
    let appliance = Appliance::new(State::development(), Randomness::from_seed(1));
    let held = appliance.state();
    std::thread::scope(|scope| {
        let releasing = scope.spawn(|| appliance.release("two cards").expect("there is no disk"));
        while appliance.is_online() {
            std::thread::yield_now();
        }
        assert_eq!(held.lmks.count(), 3);
        drop(held);
        assert!(releasing.join().expect("it ends").is_drained);
    });
}

/// What stands on the disk after an interruption: the state as it was, or a release, which then is carried out.
fn is_released(place: &Place, before: &str) -> bool {
    let is_ordered = place.0.state.join("release").exists();
    match place.found().expect("it can be opened") {
        Found::State(state, _) => {
            assert!(!is_ordered, "the appliance is back");
            assert_eq!(told(&state), before);
            false
        }
        Found::Release(release) => {
            assert!(is_ordered && release.by() == "two cards");
            assert!(
                release.erased().iter().any(|erased| erased.class == "LMKs" && erased.count == 4)
            );
            assert_eq!(names(place), ["release"]);
            release.settle().expect("it can be settled");
            assert!(matches!(place.found(), Ok(Found::Nothing(_))));
            true
        }
        Found::Nothing(_) => panic!("all is lost, and nobody said so"),
    }
}

#[test]
fn a_release_that_is_interrupted_at_any_step_is_carried_out_or_never_begun() {
    for by in [By::Kill, By::FullDisk] {
        let (mut outcomes, mut steps) = ([0; 2], 0);
        loop {
            let place = Place::new();
            let appliance = used(&place);
            let before = told(&appliance.state());
            after(steps, by);
            let released = catch_unwind(AssertUnwindSafe(|| appliance.release("two cards")));
            let is_interrupted = never();
            let is_intact = appliance.state().lmks.count() == 4;
            match released {
                Ok(Ok(_)) => assert!(!is_intact && !is_interrupted),
                Ok(Err(ReleaseFault::NotBegun(_))) => assert!(is_intact, "step {steps}"),
                Ok(Err(ReleaseFault::Interrupted(..))) => assert!(!is_intact, "step {steps}"),
                Ok(Err(ReleaseFault::Again)) => panic!("step {steps}: it is the first time"),
                // The program has ended, and its memory with it.
                Err(_) => assert!(is_interrupted),
            }
            drop(appliance);
            outcomes[usize::from(is_released(&place, &before))] += 1;
            if !is_interrupted {
                break;
            }
            steps += 1;
        }
        assert!(steps > 15 && outcomes[0] > 3 && outcomes[1] > 8, "{steps} steps, {outcomes:?}");
    }
}

#[test]
fn carrying_out_can_be_interrupted_again_and_again() {
    let mut steps = 0;
    loop {
        let place = Place::new();
        let appliance = used(&place);
        let before = told(&appliance.state());
        // Right behind the order.
        after(7, By::Kill);
        assert!(catch_unwind(AssertUnwindSafe(|| appliance.release("two cards"))).is_err());
        assert!(never() && place.0.state.join("release").exists(), "the order is not there yet");
        assert!(place.file(ROOT_KEY).exists() && place.file(GENERATION).exists());
        drop(appliance);
        after(steps, By::Kill);
        let resumed = catch_unwind(AssertUnwindSafe(|| place.found()));
        let is_interrupted = never();
        assert_eq!(resumed.is_err(), is_interrupted);
        drop(resumed);
        assert!(is_released(&place, &before));
        if !is_interrupted {
            break;
        }
        steps += 1;
    }
    assert!(steps > 10, "{steps} steps");
}
