//! The log as a whole: what it keeps over restarts, and what it notices.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;

const KEY: [u8; 32] = *b"a key that nobody else may know.";

/// A folder that is removed with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("strongroom-audit-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&folder));
        Self(folder)
    }

    fn open(&self) -> (AuditLog, Opened) {
        self.open_with(None)
    }

    /// The same where its end is known.
    fn open_with(&self, end: Option<End>) -> (AuditLog, Opened) {
        AuditLog::open(&self.0, Zeroizing::new(KEY), end).expect("the folder can be used")
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).expect("it is there");
        let files = files.map(|file| file.expect("a file").path());
        let mut files: Vec<_> =
            files.filter(|it| it.extension().is_some_and(|it| it == ending)).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Host commands `00`, `01`, and so on.
fn run(log: &AuditLog, events: core::ops::Range<u8>) {
    for number in events {
        let code = [b'0' + number / 10, b'0' + number % 10];
        log.add(None, Event { kind: Kind::Host, code, response: *b"00" });
    }
    log.record(WhenFull::Overwrite, false).1.expect("it can be written");
}

/// Numbers, and what is in the records.
fn shown(log: &AuditLog) -> Vec<(u64, u32, [u8; 2])> {
    let records = log.records(0, usize::MAX).expect("it can be written");
    let short = |it: &Numbered| (it.number, it.record.counter, it.record.event.code);
    records.iter().map(short).collect()
}

fn numbers(log: &AuditLog) -> Vec<u64> {
    shown(log).into_iter().map(|(number, ..)| number).collect()
}

#[test]
fn records_and_what_became_of_them_survive_a_restart() {
    let folder = Folder::new();
    let (log, opened) = folder.open();
    assert_eq!(opened, Opened::default());
    run(&log, 0..10);
    log.set_counter(0x2AAF).expect("written");
    run(&log, 10..12);
    for expected in 1..=5 {
        assert_eq!(log.retrieve().expect("written").map(|it| it.number), Some(expected));
    }
    let archive = log.to_archive(Archive::Rest).expect("written");
    log.archived(archive[2].number).expect("written");
    assert_eq!(log.delete(|fate| fate.archived).expect("written"), 3);
    let before = (shown(&log), log.counter());
    assert_eq!(before.0.first(), Some(&(4, 4, *b"03")));
    assert_eq!(before.0.last(), Some(&(12, 0x2AB0, *b"11")));
    for _ in 0..3 {
        let (log, opened) = folder.open();
        assert_eq!(opened, Opened { records: 9, ..Opened::default() });
        assert_eq!((shown(&log), log.counter()), before);
        assert_eq!(log.verify().expect("it can be read"), Ok(12));
        let fates: Vec<_> = log.records(0, 9).expect("written").iter().map(|it| it.fate).collect();
        let fate = |retrieved| Fate { archived: false, retrieved };
        assert_eq!(fates[..3], [fate(true), fate(true), fate(false)]);
    }
}

#[test]
fn a_process_that_is_killed_leaves_whole_records() {
    for torn in 1..32 {
        let folder = Folder::new();
        run(&folder.open().0, 0..3);
        let file = &folder.files("log")[0];
        let bytes = fs::read(file).expect("it is there");
        fs::write(file, &bytes[..bytes.len() - 32 + torn]).expect("it can be written");
        let (log, opened) = folder.open();
        assert_eq!(opened, Opened { records: 2, torn: torn as u64, ..Opened::default() });
        run(&log, 7..9);
        let (log, opened) = folder.open();
        assert_eq!(opened, Opened { records: 4, ..Opened::default() });
        assert_eq!(numbers(&log), [1, 2, 3, 4]);
    }
}

/// A log of three starts, so of three segments, with marks among its records.
fn three_segments() -> Folder {
    let folder = Folder::new();
    for start in 0..3 {
        let (log, _) = folder.open();
        run(&log, start * 3..start * 3 + 2);
        log.retrieve().expect("written");
        run(&log, start * 3 + 2..start * 3 + 3);
    }
    assert_eq!(folder.files("log").len(), 3);
    folder
}

#[test]
fn one_byte_changed_anywhere_is_named() {
    let right = three_segments();
    let files = right.files("log");
    for (segment, file) in files.iter().enumerate() {
        let whole = fs::read(file).expect("it is there");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(file, &changed).expect("it can be written");
            let found = journal::verify(&right.0, &KEY, None).expect("it can be read");
            // Head, five marks, two records, a mark, a record; each entry has 32 bytes.
            let entry = (at / 32).saturating_sub(6);
            let within = [1, 2, 3, 3][entry];
            let record = 3 * segment as u64 + within;
            let expected = u32::try_from(record).expect("a small number");
            assert_eq!(
                found,
                Err(Damage { record, counter: Some(expected) }),
                "byte {at} of segment {segment}"
            );
        }
        fs::write(file, whole).expect("it can be written");
    }
    assert_eq!(journal::verify(&right.0, &KEY, None).expect("it can be read"), Ok(9));
}

#[test]
fn a_damaged_log_goes_on_and_keeps_the_evidence() {
    for segment in 0..3 {
        let folder = three_segments();
        let file = &folder.files("log")[segment];
        let mut bytes = fs::read(file).expect("it is there");
        // The second record of the segment.
        bytes[32 * 7 + 3] ^= 0x10;
        fs::write(file, &bytes).expect("it can be written");
        let record = 3 * segment as u64 + 2;
        let (log, opened) = folder.open();
        assert_eq!(opened.damage.map(|damage| damage.record), Some(record));
        assert_eq!(folder.files("damaged").len(), 3 - segment);
        assert_eq!(numbers(&log), (1..record).collect::<Vec<_>>());
        run(&log, 50..52);
        let after = numbers(&log);
        assert!(after[after.len() - 2] > 9, "a number is given twice");
        for _ in 0..2 {
            let (log, opened) = folder.open();
            assert_eq!(opened.damage, None);
            assert_eq!(numbers(&log), after);
            assert_eq!(log.verify().expect("it can be read"), Ok(after.len() as u64));
        }
    }
}

/// Takes something away.
type Take = fn(&Folder);

#[test]
fn what_is_taken_away_is_missed() {
    let takes: [(&str, Take, Damage); 4] = [
        (
            "the first segment",
            |folder| fs::remove_file(&folder.files("log")[0]).expect("it is there"),
            Damage { record: 1, counter: None },
        ),
        (
            "a segment in the middle",
            |folder| fs::remove_file(&folder.files("log")[1]).expect("it is there"),
            Damage { record: 4, counter: Some(4) },
        ),
        (
            "the end of a segment that is not the last",
            |folder| shorten(&folder.files("log")[0], 32),
            Damage { record: 3, counter: Some(3) },
        ),
        (
            "half a record in the middle",
            |folder| shorten(&folder.files("log")[1], 20),
            Damage { record: 6, counter: Some(6) },
        ),
    ];
    for (what, take, damage) in takes {
        let folder = three_segments();
        take(&folder);
        assert_eq!(
            journal::verify(&folder.0, &KEY, None).expect("it can be read"),
            Err(damage),
            "{what}"
        );
        assert_eq!(folder.open().1.damage, Some(damage), "{what}");
        assert_eq!(folder.open().1.damage, None, "{what}");
    }
    let folder = three_segments();
    let other = Zeroizing::new(*b"the key of some other appliance.");
    let (_, opened) = AuditLog::open(&folder.0, other, None).expect("it can be used");
    assert_eq!(opened.damage, Some(Damage { record: 1, counter: Some(1) }));
}

/// A log that is cut off between two records is whole for its chain; only who knows its end misses the rest.
#[test]
fn records_that_are_cut_off_at_the_end_are_missed() {
    let end_of = |folder: &Folder| {
        let (log, _) = folder.open();
        run(&log, 0..1);
        log.tidy().expect("it can be written");
        log.end().expect("there is a record")
    };
    for segments in 0..=4 {
        for left in 0..4 {
            let folder = three_segments();
            let end = end_of(&folder);
            // Three segments of three records, and one of one.
            for file in &folder.files("log")[segments..] {
                fs::remove_file(file).expect("it is there");
            }
            let last = folder.files("log").pop();
            // Head, five marks, two records, a mark, a record.
            let length = [6, 7, 8, 10][left] * 32;
            if let Some(last) =
                last.filter(|last| fs::metadata(last).is_ok_and(|it| it.len() > length))
            {
                let whole = fs::metadata(&last).expect("it is there").len();
                shorten(&last, whole - length);
            }
            let (log, opened) = folder.open_with(Some(end));
            let records = opened.records as u64;
            let cut = (records < 10).then_some(Cut { first: records + 1, last: 10 });
            assert_eq!(opened, Opened { records: opened.records, cut, ..Opened::default() });
            // It goes on behind what is missing, and is missed once.
            run(&log, 20..22);
            log.tidy().expect("it can be written");
            let all: Vec<u64> = (1..=records).chain([11, 12]).collect();
            assert_eq!((numbers(&log), log.counter()), (all.clone(), 13));
            for end in [Some(end), log.end()] {
                let (log, opened) = folder.open_with(end);
                assert_eq!((opened.cut, opened.damage, numbers(&log)), (None, None, all.clone()));
            }
        }
    }
}

#[test]
fn a_log_that_was_cleared_or_has_more_than_its_known_end_is_whole() {
    let folder = three_segments();
    let (log, _) = folder.open();
    assert_eq!(log.end(), None);
    run(&log, 0..2);
    log.tidy().expect("it can be written");
    let end = log.end();
    run(&log, 2..4);
    assert_eq!(log.end(), end, "not on the disk for sure");
    drop(log);
    let (log, opened) = folder.open_with(end);
    assert_eq!(opened, Opened { records: 13, ..Opened::default() });
    log.clear().expect("it can be written");
    for _ in 0..2 {
        let opened = folder.open_with(end).1;
        assert_eq!(opened, Opened::default());
    }
}

#[test]
fn what_is_cut_off_while_the_log_is_written_is_missed_when_it_is_verified() {
    let folder = Folder::new();
    let (log, _) = folder.open();
    run(&log, 0..5);
    assert_eq!(log.verify().expect("it can be read"), Ok(5));
    shorten(&folder.files("log")[0], 2 * 32);
    assert_eq!(log.verify().expect("it can be read"), Err(Damage { record: 4, counter: None }));
}

fn shorten(file: &Path, by: u64) {
    let file = fs::OpenOptions::new().write(true).open(file).expect("it is there");
    let length = file.metadata().expect("it is there").len();
    file.set_len(length - by).expect("it can be shortened");
}

/// Fills the log but for so many records.
fn fill(log: &AuditLog, but: usize) {
    for _ in 0..CAPACITY - but {
        log.add(None, Event { kind: Kind::Host, code: *b"NC", response: *b"00" });
    }
    assert!(log.record(WhenFull::Stop, false).0.is_warned);
}

#[test]
fn a_full_log_overwrites_or_stops_as_the_setting_says() {
    let folder = Folder::new();
    let (log, _) = folder.open();
    let event = Event { kind: Kind::Host, code: *b"CA", response: *b"00" };
    assert_eq!(log.room(), Room::Enough);
    fill(&log, 2);
    assert_eq!(log.room(), Room::Little);
    for _ in 0..5 {
        log.add(None, event);
    }
    let (recorded, _) = log.record(WhenFull::Stop, false);
    assert_eq!((recorded.lost, recorded.is_warned, log.len()), (3, false, CAPACITY));
    assert_eq!(log.room(), Room::None);
    for _ in 0..3 {
        log.add(None, event);
    }
    let (recorded, _) = log.record(WhenFull::Overwrite, false);
    assert_eq!((recorded.lost, log.len()), (0, CAPACITY));
    assert_eq!(numbers(&log)[0], 4);
    log.tidy().expect("it can be written");
    let segments = folder.files("log").len();
    drop(log);
    let (log, opened) = folder.open();
    assert_eq!((opened.records, opened.damage), (CAPACITY, None));
    assert_eq!(numbers(&log)[0], 4);
    log.clear().expect("it can be written");
    assert!(log.is_empty() && log.room() == Room::Enough);
    assert!(segments > 1 && folder.files("log").len() == 1, "segments are not removed");
    run(&log, 0..1);
    assert_eq!(folder.open().1, Opened { records: 1, ..Opened::default() });
    assert_eq!(numbers(&log), [CAPACITY as u64 + 4]);
}

#[test]
fn nothing_is_shown_that_cannot_be_written() {
    let folder = Folder::new();
    let (log, _) = folder.open();
    run(&log, 0..1);
    // A file that cannot be written stands for a disk that fails.
    let read_only = fs::File::open(&folder.files("log")[0]).expect("it is there");
    let file = {
        let mut kept = log.kept();
        let journal = &mut kept.store.as_mut().expect("on disk").journal;
        journal.exchange(read_only)
    };
    log.add(None, Event { kind: Kind::Host, code: *b"NC", response: *b"00" });
    assert!(log.record(WhenFull::Overwrite, false).1.is_err());
    assert!(log.records(0, 10).is_err() && log.retrieve().is_err() && log.clear().is_err());
    log.kept().store.as_mut().expect("on disk").journal.exchange(file);
    assert_eq!(numbers(&log), [1, 2]);
    assert_eq!(folder.open().1, Opened { records: 2, ..Opened::default() });
}
