//! What remains where while an appliance is in operation: a table, which the test prints.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::memory::Memory;
use crate::place::Place;
use crate::planted::{Lives, Planted, plant, work};
use crate::scanner::{Find, counted, told};

impl Planted {
    /// What was found where, in a row for each secret.
    pub(crate) fn table(&self, title: &str, places: &[(&str, &[Find])]) -> String {
        let counts: Vec<_> = places.iter().map(|(_, finds)| counted(finds)).collect();
        let names = places.iter().map(|(place, _)| format!("{place:>8}")).collect::<Vec<_>>();
        let row = |(row, _): &(&str, Lives)| {
            let numbers =
                counts.iter().map(|counts| format!("{:8}", counts.get(row).unwrap_or(&0)));
            format!("\n  {row:32}{}", numbers.collect::<Vec<_>>().concat())
        };
        let rows = self.rows.iter().map(row).collect::<Vec<_>>().concat();
        format!("{title:34}{}{rows}\n", names.concat())
    }

    /// Each secret is where it has to be, and nowhere else.
    pub(crate) fn check(&self, finds: &[Find], found: impl Fn(Lives) -> bool) {
        let counts = counted(finds);
        for (row, lives) in &self.rows {
            let is_found = counts.contains_key(row);
            let of_row = || finds.iter().filter(|find| find.what.starts_with(row));
            assert_eq!(
                is_found,
                found(*lives),
                "{row}: {} windows\n{}",
                of_row().count(),
                told(of_row())
            );
        }
    }

    /// A search that finds all of it.
    pub(crate) fn check_control(&self, finds: &[Find]) {
        self.check(finds, |_| true);
    }
}

/// Memory of a program that was given bytes and has done nothing else with them.
pub(crate) fn memory_with(planted: &Planted) -> Vec<Find> {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it is there");
    let (mut input, mut output) =
        (cat.stdin.take().expect("a pipe"), cat.stdout.take().expect("a pipe"));
    let mut back = vec![0; planted.clear.len()];
    input.write_all(&planted.clear).expect("it reads");
    output.read_exact(&mut back).expect("it writes");
    let finds = Memory::of(cat.id()).search(&planted.needles);
    drop(input);
    cat.wait().expect("it ends");
    finds
}

/// Shows what was measured, also where the output of tests is captured.
pub(crate) fn report(table: &str) {
    std::io::stderr().write_all(table.as_bytes()).expect("it is open");
}

#[test]
fn in_operation_secrets_are_where_they_are_used_and_nowhere_else() {
    let place = Place::new("operation");
    let planted = plant(&place);
    let server = place.serve(&[]);
    let mut host = server.connect();
    work(&mut host);
    let memory = Memory::of(server.process());
    let in_memory = memory.search(&planted.needles);
    planted.check(&in_memory, |lives| lives == Lives::InMemory);
    planted.check_control(&memory_with(&planted));
    let core = place.cards.join("core");
    memory.write_core(&core).expect("room");
    let in_core = planted.needles.search_whole(&fs::read(&core).expect("it is there"), "core");
    planted.check(&in_core, |lives| lives == Lives::InMemory);
    let mut on_disk = Vec::new();
    // Each of these writes the state anew, and leaves blocks behind.
    for (message, reply) in [
        ("LAK002010123456789ABCDEF", "LB00"),
        ("LAK003011111222233334444", "LB00"),
        ("LAK00201FEDCBA9876543210", "LB00"),
    ] {
        assert_eq!(host.ask(message), reply);
        on_disk = planted.needles.search_whole(&place.disk.bytes(), "disk");
        planted.check(&on_disk, |lives| lives == Lives::OnDisk);
    }
    // A file that is gone again, too, would be found.
    let file = place.disk.folder().join("clear");
    fs::write(&file, &planted.clear).expect("room");
    place.disk.bytes();
    if place.disk.is_whole() {
        fs::remove_file(&file).expect("it is there");
    }
    planted.check_control(&planted.needles.search_whole(&place.disk.bytes(), "disk"));
    let places: [(&str, &[Find]); 3] =
        [("memory", &in_memory), ("core", &in_core), ("disk", &on_disk)];
    report(&planted.table("windows in operation", &places));
}
