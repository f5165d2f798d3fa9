//! What is left of a lease, and what is not believed.

use std::fs;

use crate::http::resource;
use crate::{FIRST, Place, Pool, SMALL, script, strongroom};

/// Leases the first appliance and takes it back.
fn round(pool: &Pool<'_>, name: &str) {
    let path = resource(name);
    pool.lease(&path, SMALL, "stamp1");
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-1"), "").status, 202);
    pool.wait_gone(&path);
}

#[test]
fn a_file_of_evidence_is_verified_without_any_pool() {
    let place = Place::new("offline");
    let pool = place.start();
    round(&pool, "hsm-1");
    round(&pool, "hsm-2");
    let (well, shown) = pool.console(&format!("evidence export {FIRST} first.jsonl\n"));
    assert!(well && shown.contains("Written to first.jsonl"), "{shown}");
    let file = place.0.join("first.jsonl");
    let text = fs::read_to_string(&file).expect("it is written");
    let (well, shown) = pool.console(&format!("evidence export {FIRST}\n"));
    assert!(well && shown.ends_with(&text), "{shown}");
    let (well, shown) = pool.console(&format!("evidence export {FIRST} first.jsonl\n"));
    assert!(!well && shown.contains("is there already"), "{shown}");
    let (well, shown) = pool.console(&format!("evidence export {FIRST} ../first.jsonl\n"));
    assert!(!well && shown.contains("without folders"), "{shown}");
    let head: serde_json::Value =
        serde_json::from_str(text.lines().next().expect("a head")).expect("JSON");
    let key = head["public_key"].as_str().expect("a key").to_owned();
    let (well, shown) = pool.console(&format!("evidence verify first.jsonl {key}\n"));
    assert!(well && shown.contains("2 records verified with the given public key"), "{shown}");
    drop(pool);

    let verify = |arguments: &[&str]| {
        let mut command = strongroom(&["evidence", "verify"]);
        command.arg(&file).args(arguments);
        script(command, "")
    };
    let (status, shown) = verify(&[]);
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("2 records verified with its own public key"), "{shown}");
    assert_eq!(verify(&["--public-key", &key]).0, Some(0));
    let (status, shown) = verify(&["--public-key", &"0".repeat(64)]);
    assert!(status == Some(1) && shown.contains("of another appliance"), "{shown}");
    // One byte of the second record.
    fs::write(&file, text.replacen("\"counter\":2", "\"counter\":3", 1)).expect("room");
    let (status, shown) = verify(&[]);
    assert!(
        status == Some(1) && shown.contains("line 3: the signature does not verify"),
        "{shown}"
    );
    // A record without its predecessor.
    let lines: Vec<_> = text.lines().collect();
    fs::write(&file, [lines[0], lines[2]].join("\n")).expect("room");
    let (status, shown) = verify(&[]);
    assert!(status == Some(1) && shown.contains("line 2: it does not follow"), "{shown}");
}

#[test]
fn a_record_says_what_was_erased_and_looked_at() {
    let place = Place::new("record");
    let pool = place.start();
    round(&pool, "hsm-1");
    let text = fs::read_to_string(place.evidence(FIRST)).expect("evidence");
    let line: serde_json::Value =
        serde_json::from_str(text.lines().nth(1).expect("a record")).expect("JSON");
    let record = &line["record"];
    assert_eq!(record["counter"], 1);
    assert_eq!(record["actor"]["provider"]["request"], "REQ-1");
    assert_eq!(record["state_before"], "Allocated");
    assert_eq!(record["tenant"], lease::evidence::hash("bank"));
    let program = fs::read(env!("CARGO_BIN_EXE_strongroom")).expect("the program");
    assert_eq!(record["firmware"], lease::evidence::hash(program));
    let erased: Vec<_> = record["erased"].as_array().expect("classes").iter().collect();
    for class in ["LMKs", "audit records", "root keys", "sealed states"] {
        assert!(erased.iter().any(|it| it["class"] == class), "{class}");
    }
    let checks = record["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 4);
    for check in checks {
        assert!(check["searched"].as_u64() > Some(0) && check["found"] == 0, "{check}");
    }
}

#[test]
fn an_appliance_whose_evidence_is_altered_is_not_leased() {
    let place = Place::new("altered");
    let pool = place.start();
    round(&pool, "hsm-1");
    let text = fs::read_to_string(place.evidence(FIRST)).expect("evidence");
    fs::write(place.evidence(FIRST), text.replacen("\"found\":0", "\"found\":1", 1)).expect("room");
    let path = resource("hsm-2");
    assert_eq!(pool.put(&path, SMALL, "stamp1").status, 201);
    let body = pool.wait(&path, "Allocating");
    crate::until("it is in quarantine", || (pool.kept(0)["state"] == "Quarantined").then_some(()));
    let message = pool.get(&path).body["properties"]["statusMessage"].to_string();
    assert!(message.contains("1 in quarantine"), "{message} {body}");
    for verb in ["pool\n".to_owned(), format!("show {FIRST}\n")] {
        let (_, shown) = pool.console(&verb);
        let why = "line 2: the signature does not verify";
        assert!(shown.contains("uarantine") && shown.contains(why), "{shown}");
    }
    let (well, shown) = pool.console(&format!("evidence verify {FIRST}\n"));
    assert!(!well && shown.contains("does not verify: line 2"), "{shown}");
    // It does not come back by itself, and can be given up.
    fs::write(place.evidence(FIRST), text).expect("room");
    let log = pool.stop();
    assert!(log.contains("is in quarantine: its evidence does not verify: line 2"), "{log}");
    let pool = place.start();
    assert_eq!(pool.wait(&path, "Allocating")["name"], "hsm-2");
    let (well, shown) = pool.console(&format!("destroy {FIRST}\n"));
    assert!(!well && shown.contains("Usage: DESTROY SERIAL REQUEST"), "{shown}");
    let (well, shown) = pool.console(&format!("destroy {FIRST} REQ-9\npool\n"));
    assert!(well && shown.contains("Destroyed"), "{shown}");
    assert!(place.evidence(FIRST).exists() && !place.pool().join(FIRST).join("identity").exists());
}

#[test]
fn where_no_record_can_follow_all_is_erased_and_the_appliance_is_put_aside() {
    let place = Place::new("unproved");
    let pool = place.start();
    round(&pool, "hsm-1");
    let path = resource("hsm-2");
    pool.lease(&path, SMALL, "stamp1");
    let text = fs::read_to_string(place.evidence(FIRST)).expect("evidence");
    let altered = text.replacen("REQ-1", "REQ-7", 1);
    fs::write(place.evidence(FIRST), &altered).expect("room");
    // What is leased goes on.
    assert_eq!(pool.wait(&path, "Succeeded")["name"], "hsm-2");
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-2"), "").status, 202);
    pool.wait_gone(&path);
    assert_eq!(pool.kept(0)["state"], "Quarantined");
    let why = pool.kept(0)["quarantine"].to_string();
    assert!(why.contains("line 2: the signature does not verify"), "{why}");
    let state = place.pool().join(FIRST).join("state");
    assert_eq!(fs::read_dir(state).expect("a folder").count(), 0);
    assert_eq!(fs::read_to_string(place.evidence(FIRST)).expect("evidence"), altered);
}

#[test]
fn what_lies_beside_the_evidence_is_noticed() {
    let place = Place::new("beside");
    let pool = place.start();
    round(&pool, "hsm-1");
    pool.stop();
    // Evidence of another identity, which verifies by itself.
    let identity = lease::evidence::Identity::from_seed(&[7; 32]);
    fs::write(place.evidence(FIRST), identity.head(FIRST)).expect("room");
    let pool = place.start();
    crate::until("it is in quarantine", || (pool.kept(0)["state"] == "Quarantined").then_some(()));
    assert!(pool.console("pool\n").1.contains("of another appliance"));
}
