//! After a release nothing of the tenant is left.

use std::fs;

use appliance::Found;

use crate::memory::Memory;
use crate::operation::{memory_with, report};
use crate::place::{Place, Server};
use crate::planted::{GIVING_BACK, Lives, Planted, plant, together, work};
use crate::scanner::{Find, Needles, told};

/// What is not secret and not sealed, but the tenant's, too: the links of his audit log.
fn audit_log(place: &Place) -> Needles {
    let mut needles = Needles::default();
    let folder = place.folders().state.join("audit");
    for file in fs::read_dir(folder).expect("it is there") {
        let file = fs::read(file.expect("an entry").path()).expect("it is there");
        // A link of 32 bytes is behind each record and behind the title.
        file.chunks_exact(48).for_each(|record| needles.add("audit log", &record[16..]));
    }
    let on_disk = needles.search_whole(&place.disk.bytes(), "disk");
    assert!(needles.len() > 100 && !on_disk.is_empty(), "there is no audit log");
    needles
}

/// Nothing is left of anything; shows what was there before, and is now.
fn check(planted: &Planted, audit_log: &Needles, disk: &[u8], places: &[(&str, &[Find])]) {
    report(&planted.table("windows after a release", places));
    let (_, after) = places.split_first().expect("before");
    for (_, finds) in after {
        planted.check(finds, |_| false);
    }
    planted.check_control(&memory_with(planted));
    let of_log = audit_log.search_whole(disk, "disk");
    assert!(of_log.is_empty(), "the audit log:\n{}", told(&of_log));
}

#[test]
fn after_a_release_of_the_provider_nothing_is_left_on_the_disk() {
    let place = Place::new("reclaim");
    let planted = plant(&place);
    let audit_log = audit_log(&place);
    let mut server = Server::supervised(place.serving(&["--supervised"]));
    work(&mut server.connect());
    let in_memory = Memory::of(server.process()).search(&planted.needles);
    planted.check(&in_memory, |lives| lives == Lives::InMemory);
    let before = planted.needles.search_whole(&place.disk.bytes(), "disk");
    planted.check(&before, |lives| lives == Lives::OnDisk);
    server.reclaim("REQ-7");
    drop(server);
    let ordered = planted.needles.search_whole(&place.disk.bytes(), "disk");
    let Found::Release(release) = place.found() else { panic!("there is no order") };
    release.settle().expect("room");
    let disk = place.disk.bytes();
    let settled = planted.needles.search_whole(&disk, "disk");
    let server = place.serve(&[]);
    assert!(
        server.lines.iter().any(|line| line.contains("start 1, offline")),
        "it is not as delivered: {:?}",
        server.lines
    );
    let next = Memory::of(server.process()).search(&planted.needles);
    check(
        &planted,
        &audit_log,
        &disk,
        &[("before", &before), ("ordered", &ordered), ("settled", &settled), ("next", &next)],
    );
}

#[test]
fn after_a_release_at_the_console_nothing_is_left_in_the_process_and_on_the_disk() {
    let place = Place::new("given-back");
    let planted = plant(&place);
    let audit_log = audit_log(&place);
    let mut server = place.serve(&[]);
    work(&mut server.connect());
    let before = Memory::of(server.process()).search(&planted.needles);
    planted.check(&before, |lives| lives == Lives::InMemory);
    let shown = place.console(&(together() + GIVING_BACK));
    assert!(shown.contains("Released: everything of the tenant is erased"), "{shown}");
    // The process has the same number, but nothing of what it had in memory.
    server.await_ready();
    assert!(
        server.lines.iter().any(|line| line.contains("start 1, offline")),
        "it is not as delivered: {:?}",
        server.lines
    );
    let memory = Memory::of(server.process());
    let in_memory = memory.search(&planted.needles);
    let core = place.cards.join("core");
    memory.write_core(&core).expect("room");
    let in_core = planted.needles.search_whole(&fs::read(&core).expect("it is there"), "core");
    let disk = place.disk.bytes();
    let on_disk = planted.needles.search_whole(&disk, "disk");
    check(
        &planted,
        &audit_log,
        &disk,
        &[("before", &before), ("memory", &in_memory), ("core", &in_core), ("disk", &on_disk)],
    );
}
