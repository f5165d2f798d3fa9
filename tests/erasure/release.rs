//! After a release nothing of the tenant is left.

use std::fs;

use crate::memory::Memory;
use crate::operation::report;
use crate::place::Place;
use crate::planted::{plant, work};
use crate::scanner::{Find, Needles, told};

/// What is not secret, but the tenant's, and stands in the clear on the disk: the audit log.
fn audit_log() -> Needles {
    let mut needles = Needles::default();
    needles.add("audit log", b"groom audit");
    needles
}

/// The order to erase, as a start finds it.
const ORDER: &str = r#"{"by":"two cards","erased":[]}"#;

#[test]
fn after_a_release_nothing_is_left_on_the_disk_and_in_the_next_process() {
    let place = Place::new("release");
    let planted = plant(&place);
    let server = place.serve(&[]);
    work(&mut server.connect());
    drop(server);
    let before = planted.needles.search_whole(&place.disk.bytes(), "disk");
    let log = audit_log();
    assert!(!log.search_whole(&place.disk.bytes(), "disk").is_empty(), "there is no audit log");
    fs::write(place.folders().state.join("release"), ORDER).expect("room");
    let server = place.serve(&[]);
    assert!(server.lines.is_empty(), "it serves: {:?}", server.lines);
    drop(server);
    let bytes = place.disk.bytes();
    let on_disk = planted.needles.search_whole(&bytes, "disk");
    let server = place.serve(&[]);
    assert!(
        server.lines.iter().any(|line| line.contains("start 1, offline")),
        "it is not as delivered: {:?}",
        server.lines
    );
    let in_memory = Memory::of(server.process()).search(&planted.needles);
    let places: [(&str, &[Find]); 3] =
        [("before", &before), ("disk", &on_disk), ("memory", &in_memory)];
    report(&planted.table("windows after a release", &places));
    planted.check(&on_disk, |_| false);
    planted.check(&in_memory, |_| false);
    let found = log.search_whole(&bytes, "disk");
    assert!(found.is_empty(), "{}", told(&found));
}
