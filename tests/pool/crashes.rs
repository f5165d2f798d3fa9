//! Kills of the pool and of its appliances.

use std::fs;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::http::resource;
use crate::{FIRST, Host, ONLINE, Place, SECURE, SMALL, until};

fn kill(process: i32) {
    let process = Pid::from_raw(process).expect("a process");
    kill_process(process, Signal::KILL).expect("it runs");
}

fn records(place: &Place) -> usize {
    let text = fs::read_to_string(place.evidence(FIRST)).expect("evidence");
    lease::evidence::verify(&text, None).expect("it verifies").1.len()
}

#[test]
fn what_crashes_is_there_again_with_its_state() {
    let place = Place::new("again");
    let pool = place.start();
    let path = resource("hsm-1");
    pool.lease(&path, SMALL, "stamp1");
    let shown = pool.tenant(FIRST, &(SECURE.to_owned() + ONLINE));
    assert!(shown.contains("HSM is going online"), "{shown}");
    until("it is commissioned", || (pool.kept(0)["state"] == "Commissioned").then_some(()));
    let first = pool.process(FIRST).expect("it runs");
    kill(first);
    let second = until("it is started again", || pool.process(FIRST).filter(|it| *it != first));
    let answer = until("it answers", || Host::connect(&pool.reached(&path)).ask("HEADNC"));
    assert!(answer.starts_with("HEADND00"), "{answer}");
    assert!(
        pool.console(&format!("show {FIRST}\n")).1.contains("Restarts after a crash          1")
    );

    // Without its pool it ends, and the next pool starts it.
    pool.kill();
    let pool = place.start();
    let third = until("the old one ends", || pool.process(FIRST).filter(|it| *it != second));
    assert_ne!(third, first);
    let reached = until("it answers", || {
        let host = pool.reached(&path);
        Host::connect(&host).ask("HEADNC").map(|answer| (host, answer))
    });
    assert_eq!(reached.1, answer);
    let before = pool.get(&path).body;
    let log = pool.stop();
    assert!(!log.contains("ERROR"), "{log}");
    let pool = place.start();
    assert_eq!(pool.process(FIRST), None, "it stopped with its pool");
    pool.reached(&path);
    let after = pool.get(&path).body;
    assert_eq!(after["systemData"], before["systemData"]);
    assert_eq!(pool.kept(0)["state"], "Commissioned");
}

#[test]
fn whenever_a_pool_is_killed_one_release_leaves_one_record() {
    let place = Place::new("killed");
    for round in 1..=8 {
        let pool = place.start();
        let path = resource(&format!("hsm-{round}"));
        pool.lease(&path, SMALL, "stamp1");
        assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-{round}"), "").status, 202);
        // The whole takes about half a second.
        thread::sleep(Duration::from_millis(70 * round));
        let process = pool.process(FIRST);
        pool.kill();
        // Every other time the appliance dies, too, wherever it is.
        if let Some(process) = process.filter(|_| round % 2 == 0) {
            let process = Pid::from_raw(process).expect("a process");
            let _ = kill_process(process, Signal::KILL);
        }
        let pool = place.start();
        pool.wait_gone(&path);
        let (_, shown) = pool.console(&format!("pool\nevidence export {FIRST}\n"));
        assert_eq!(pool.kept(0)["state"], "Pooled", "{shown}");
        assert_eq!(pool.kept(0)["releases"], round);
        assert_eq!(records(&place) as u64, round);
    }
}

#[test]
fn a_record_that_was_signed_and_not_noted_is_found() {
    let place = Place::new("noted");
    let pool = place.start();
    let path = resource("hsm-1");
    pool.lease(&path, SMALL, "stamp1");
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-1"), "").status, 202);
    pool.wait_gone(&path);
    pool.stop();
    // The pool as it was before it noted that.
    let file = place.pool().join("pool.json");
    let text = fs::read_to_string(&file).expect("it is kept");
    let mut pool: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let appliance = &mut pool["appliances"][0];
    for (name, value) in [
        ("state", json!("Releasing")),
        ("releases", json!(0)),
        ("tenant", json!("00")),
        ("reclaim", json!("REQ-1")),
    ] {
        appliance[name] = value;
    }
    let before = pool.to_string();
    // With its order still there, and without.
    for order in [true, false] {
        fs::write(&file, &before).expect("room");
        if order {
            let state = place.pool().join(FIRST).join("state");
            fs::write(state.join("release"), r#"{"by":"provider: REQ-1","erased":[]}"#)
                .expect("room");
            fs::write(state.join("left"), "something").expect("room");
        }
        let pool = place.start();
        until("it is released", || (pool.kept(0)["state"] == "Released").then_some(()));
        assert_eq!(pool.kept(0)["releases"], 1);
        assert_eq!(records(&place), 1);
        let state = place.pool().join(FIRST).join("state");
        assert_eq!(fs::read_dir(state).expect("a folder").count(), 0);
    }
}
