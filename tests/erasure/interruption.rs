//! Wherever a release, a change or a start is interrupted: the appliance is as before, with all that was told to be done,
//! or it is released, with nothing left. There is nothing between.
//!
//! After each interruption two disks are looked at: the one that the killed process has left, and what would be there if the
//! power had failed in the same moment.

use std::fs;

use appliance::{Found, State};

use crate::place::{Place, Server};
use crate::planted::{GIVING_BACK, Planted, plant, together};
use crate::steps::{By, Steps, at_every_step};

/// All that a state holds and keeps, LMKs by their check values; without what each start and end counts.
fn told(state: &State) -> String {
    let mut kept = serde_json::to_value(state).expect("a state");
    kept["health"]["restarts"].take();
    kept["audit_end"].take();
    let lmks = state
        .lmks
        .iter()
        .map(|(id, lmk)| (id, lmk.kind(), lmk.check_value(), state.lmks.label(id).cloned()));
    let lmks: Vec<_> = lmks.collect();
    format!("{kept} {lmks:?}")
}

/// The state on a disk.
fn state(place: &Place, context: &str) -> State {
    match place.found() {
        Found::State(state, _) => *state,
        other => panic!("{context}: no state, but {other:?}"),
    }
}

/// The disk after an interruption, and what is there after the power has failed.
fn both(place: Place) -> [Place; 2] {
    let without_power = Place::on(place.disk.copy(), place.cards.join("none"));
    [place, without_power]
}

/// An appliance that is full, on a disk to be copied; and what it keeps.
fn full(name: &str) -> (Place, Planted, String) {
    let place = Place::new(name);
    let planted = plant(&place);
    let before = told(&state(&place, "at the beginning"));
    // All of it is on the disk.
    place.disk.bytes();
    (place, planted, before)
}

fn copy(of: &Place, name: &str) -> Place {
    Place::on(of.disk.copy(), of.cards.with_file_name(format!("erasure-{name}")))
}

#[test]
fn a_change_that_is_interrupted_is_made_or_not() {
    let (full, ..) = full("to-change");
    let steps = at_every_step(&[By::Kill, By::Half, By::Full], |at| {
        let place = copy(&full, "change");
        let mut command = place.serving(&[]);
        let steps = Steps::new(&place, &mut command, at);
        let server = Server::new(command);
        let mut host = server.connect();
        let write = |number: usize| format!("LAK00901{number:016}");
        assert_eq!(host.ask(&write(0)), "LB00");
        steps.arm();
        let (mut done, mut tried) = (0, 0);
        for number in 1..=2 {
            tried = number;
            match host.try_ask(&write(number)).as_deref() {
                Some("LB00") => done = number,
                Some(answer) => {
                    assert_eq!(answer, "LB41", "{at:?}");
                    assert!(at.is_some_and(|(_, by)| by == By::Full), "{at:?}");
                }
                None => break,
            }
        }
        drop(server);
        let taken = steps.taken();
        for place in both(place) {
            let context = format!("{at:?}, {done} of {tried} told");
            let kept = state(&place, &context);
            let stored = kept.storage.get(9).expect("it was there before").to_vec();
            let [done, tried] = [done, tried].map(|number| format!("{number:016}").into_bytes());
            assert!(stored == done || stored == tried, "{context}: {}", stored.escape_ascii());
            assert_eq!(kept.lmks.count(), 5, "{context}");
        }
        taken
    });
    // Two states, each in a file of its own and with its generation.
    assert!(steps.len() >= 28, "{steps:#?}");
}

#[test]
fn a_start_that_is_interrupted_changes_nothing() {
    let (full, _, before) = full("to-start");
    let empty = Place::new("empty");
    for (template, least) in [(&full, 20), (&empty, 25)] {
        let steps = at_every_step(&[By::Kill], |at| {
            let place = copy(template, "start");
            let mut command = place.serving(&[]);
            let steps = Steps::new(&place, &mut command, at);
            steps.arm();
            let server = Server::new(command);
            let is_ready = server.lines.iter().any(|line| line.starts_with("host port "));
            assert!(is_ready || at.is_some(), "{:?} {}", server.lines, place.log());
            drop(server);
            let taken = steps.taken();
            for place in both(place) {
                match place.found() {
                    Found::State(kept, _) if template.cards == full.cards => {
                        assert!(told(&kept) == before, "a mix: {at:?}");
                    }
                    Found::State(kept, _) => assert_eq!(kept.lmks.count(), 0, "{at:?}"),
                    Found::Nothing(_) if template.cards == empty.cards && !is_ready => {}
                    other => panic!("{at:?}: {other:?}"),
                }
            }
            taken
        });
        assert!(steps.len() >= least, "{steps:#?}");
    }
}

/// Whether the appliance on a disk is released. If it is, nothing is left of it; if not, all is as before.
fn is_released(place: &Place, (planted, before): (&Planted, &str), taken: &[String]) -> bool {
    let context = format!("{taken:#?}");
    let folders = place.folders();
    let is_ordered = folders.state.join("release").exists();
    // Without a pool the order is removed once everything else is done, and the appliance starts as delivered.
    let settling = |step: &String| step.starts_with("unlink ") && step.ends_with("/release");
    let is_settled = !is_ordered && taken.iter().any(settling);
    match place.found() {
        Found::State(kept, _) if is_settled => {
            assert_eq!((kept.lmks.count(), kept.storage.count()), (0, 0), "{context}");
        }
        Found::Nothing(_) if is_settled => {}
        Found::State(kept, _) => {
            assert!(!is_ordered, "the appliance is back: {context}");
            assert!(told(&kept) == before, "a mix: {context}");
            return false;
        }
        Found::Release(release) => {
            assert!(is_ordered, "{context}");
            let folders = [&folders.state, &folders.root_key].into_iter();
            let entries = folders.flat_map(|it| fs::read_dir(it).expect("it is there"));
            let names = entries.map(|entry| entry.expect("an entry").file_name());
            // The doors of consoles are those of the process, and open nothing without it.
            let left: Vec<_> = names
                .filter(|name| {
                    let name = name.to_string_lossy();
                    name != "release"
                        && !name.starts_with("console")
                        && !name.starts_with("provider")
                })
                .collect();
            assert!(left.is_empty(), "{left:?}: {context}");
            release.settle().expect("room");
            assert!(matches!(place.found(), Found::Nothing(_)), "{context}");
        }
        Found::Nothing(_) => panic!("all is lost, and there is no order: {context}"),
    }
    planted.check(&planted.needles.search_whole(&place.disk.bytes(), "disk"), |_| false);
    true
}

/// An appliance whose officers are together, so that it can be given back; and what it keeps.
fn together_at(name: &str) -> (Place, Planted, String) {
    let (place, planted, _) = full(name);
    let server = place.serve(&[]);
    let shown = place.console(&together());
    assert!(shown.contains("Secure: master key loading facilities available"), "{shown}");
    drop(server);
    let before = told(&state(&place, "at the beginning"));
    place.disk.bytes();
    (place, planted, before)
}

#[test]
fn a_release_of_the_provider_that_is_interrupted_is_carried_out_or_never_begun() {
    let (full, planted, before) = full("to-reclaim");
    let mut outcomes = [0; 2];
    let steps = at_every_step(&[By::Kill, By::Half, By::Full], |at| {
        let place = copy(&full, "reclaimed");
        let mut command = place.serving(&["--supervised"]);
        let steps = Steps::new(&place, &mut command, at);
        let mut server = Server::supervised(command);
        steps.arm();
        server.reclaim("REQ-7");
        drop(server);
        let taken = steps.taken();
        for place in both(place) {
            let released = is_released(&place, (&planted, &before), &taken);
            assert!(released || at.is_some(), "nothing hinders it");
            outcomes[usize::from(released)] += 1;
        }
        taken
    });
    assert!(steps.len() >= 25 && outcomes[0] > 5 && outcomes[1] > 20, "{outcomes:?} {steps:#?}");
}

#[test]
fn a_release_at_the_console_that_is_interrupted_is_carried_out_or_never_begun() {
    let (full, planted, before) = together_at("to-give-back");
    let mut outcomes = [0; 2];
    let steps = at_every_step(&[By::Kill], |at| {
        let place = copy(&full, "given-up");
        // The cards are not needed any more.
        let mut command = place.serving(&[]);
        let steps = Steps::new(&place, &mut command, at);
        let mut server = Server::new(command);
        steps.arm();
        place.console(GIVING_BACK);
        // As another program, as delivered, or never.
        server.await_ready();
        let is_ready = server.lines.iter().any(|line| line.contains("start 1, offline"));
        assert!(is_ready || at.is_some(), "{:?}", server.lines);
        drop(server);
        let taken = steps.taken();
        for place in both(place) {
            let released = is_released(&place, (&planted, &before), &taken);
            assert!(released || at.is_some(), "nothing hinders it");
            outcomes[usize::from(released)] += 1;
        }
        taken
    });
    assert!(steps.len() >= 60 && outcomes[0] > 5 && outcomes[1] > 60, "{outcomes:?} {steps:#?}");
}

#[test]
fn a_start_that_carries_out_a_release_can_be_interrupted_everywhere() {
    let (full, planted, before) = full("to-resume");
    let order = full.folders().state.join("release");
    fs::write(order, r#"{"by":"two cards","erased":[]}"#).expect("room");
    full.disk.bytes();
    for (pool, manners, least) in [
        (&["--supervised"][..], &[By::Kill, By::Full][..], 15),
        // It goes on as one that is delivered.
        (&[], &[By::Kill], 50),
    ] {
        let steps = at_every_step(manners, |at| {
            let place = copy(&full, "resumed");
            let mut command = place.serving(pool);
            let steps = Steps::new(&place, &mut command, at);
            steps.arm();
            drop(Server::new(command));
            let taken = steps.taken();
            for place in both(place) {
                assert!(is_released(&place, (&planted, &before), &taken), "{taken:#?}");
            }
            taken
        });
        assert!(steps.len() >= least, "{steps:#?}");
    }
}
