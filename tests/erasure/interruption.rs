//! Wherever a release, a change or a start is interrupted: the appliance is as before, with all that was told to be done,
//! or it is released, with nothing left. There is nothing between.
//!
//! After each interruption two disks are looked at: the one that the killed process has left, and what would be there if the
//! power had failed in the same moment.

use std::fs;

use appliance::{Found, State};

use crate::place::{Place, Server};
use crate::planted::{Planted, plant};
use crate::steps::{By, Steps, at_every_step};

/// All that a state holds and keeps, LMKs by their check values; without what each start counts.
fn told(state: &State) -> String {
    let mut state = state.clone();
    state.health.restarts = 0;
    let lmks = state
        .lmks
        .iter()
        .map(|(id, lmk)| (id, lmk.kind(), lmk.check_value(), state.lmks.label(id).cloned()));
    let lmks: Vec<_> = lmks.collect();
    format!("{} {lmks:?}", serde_json::to_string(&state).expect("a state"))
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
    for (template, manners, least) in
        [(&full, &[By::Kill, By::Full][..], 20), (&empty, &[By::Kill, By::Half], 25)]
    {
        let steps = at_every_step(manners, |at| {
            let place = copy(template, "start");
            let mut command = place.serving(&[]);
            let steps = Steps::new(&place, &mut command, at);
            steps.arm();
            // With a full disk it may start without something, or not at all.
            let server = Server::new(command);
            let is_ready = server.lines.iter().any(|line| line.starts_with("host port "));
            assert!(is_ready || at.is_some(), "{:?} {}", server.lines, place.log());
            drop(server);
            let taken = steps.taken();
            for place in both(place) {
                match place.found() {
                    Found::State(kept, _) if template.cards == full.cards => {
                        assert_eq!(told(&kept), before, "{at:?}");
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
fn is_released(place: &Place, planted: &Planted, before: &str, context: &str) -> bool {
    let folders = place.folders();
    let is_ordered = folders.state.join("release").exists();
    match place.found() {
        Found::State(kept, _) => {
            assert!(!is_ordered, "{context}: the appliance is back");
            assert_eq!(told(&kept), before, "{context}");
            return false;
        }
        Found::Release(release) => {
            assert!(is_ordered, "{context}");
            let names = || {
                let folders = [&folders.state, &folders.root_key].into_iter();
                let entries = folders.flat_map(|it| fs::read_dir(it).expect("it is there"));
                entries.map(|entry| entry.expect("an entry").file_name()).collect::<Vec<_>>()
            };
            let left: Vec<_> =
                names().into_iter().filter(|name| name != "release" && name != "console").collect();
            assert!(left.is_empty(), "{context}: {left:?}");
            release.settle().expect("room");
        }
        Found::Nothing(_) => panic!("{context}: all is lost, and there is no order"),
    }
    assert!(matches!(place.found(), Found::Nothing(_)), "{context}");
    planted.check(&planted.needles.search_whole(&place.disk.bytes(), context), |_| false);
    true
}

#[test]
fn a_release_that_is_interrupted_is_carried_out_or_never_begun() {
    let (full, planted, before) = full("to-release");
    let mut outcomes = [0; 2];
    let steps = at_every_step(&[By::Kill, By::Half, By::Full], |at| {
        let place = copy(&full, "released");
        let mut command = place.serving(&["--supervised"]);
        let steps = Steps::new(&place, &mut command, at);
        let mut server = Server::supervised(command);
        steps.arm();
        server.reclaim("REQ-7");
        let taken = steps.taken();
        drop(server);
        for place in both(place) {
            let released = is_released(&place, &planted, &before, &format!("{at:?}"));
            assert!(released || at.is_some(), "nothing hinders it");
            outcomes[usize::from(released)] += 1;
        }
        taken
    });
    assert!(steps.len() >= 25 && outcomes[0] > 5 && outcomes[1] > 20, "{outcomes:?} {steps:#?}");
}

#[test]
fn a_start_that_carries_out_a_release_can_be_interrupted_everywhere() {
    let (full, planted, before) = full("to-resume");
    let order = full.folders().state.join("release");
    fs::write(order, r#"{"by":"two cards","erased":[]}"#).expect("room");
    full.disk.bytes();
    let steps = at_every_step(&[By::Kill, By::Half, By::Full], |at| {
        let place = copy(&full, "resumed");
        let mut command = place.serving(&["--supervised"]);
        let steps = Steps::new(&place, &mut command, at);
        steps.arm();
        drop(Server::new(command));
        let taken = steps.taken();
        for place in both(place) {
            let context = format!("{at:?}");
            assert!(is_released(&place, &planted, &before, &context), "{context}");
        }
        taken
    });
    assert!(steps.len() >= 15, "{steps:#?}");
}
