//! The error log: what went wrong with the device itself, an entry for each code.
//!
//! On disk it is a text, a line for each entry, and a line with the MAC of all before it: AES-256-CMAC under the key of the
//! audit log.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use crypto::Aes;
use crypto::mac::Cmac;
use vault::Moment;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// Nothing to be done.
    Informative,
    /// It goes on, once something is done about it.
    Recoverable,
    /// Part of the device cannot be relied on.
    Major,
    /// The device cannot be relied on.
    Catastrophic,
}

impl Severity {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informative => "informative",
            Self::Recoverable => "recoverable",
            Self::Major => "major",
            Self::Catastrophic => "catastrophic",
        }
    }
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal $severity:ident $text:literal;)*) => {
        /// What may go wrong. The codes are our own: those of the device are not published.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Fault {
            $($(#[doc = $doc])* $name = $code,)*
        }

        impl Fault {
            /// All of them, by code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How bad it is.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// In words.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

faults! {
    /// The printer refused a document, or is gone.
    Printer 1 Recoverable "Printer failed";
    /// The state could not be saved.
    StateNotSaved 2 Major "State cannot be saved";
    /// The saved state is not as it was written.
    StateDamaged 3 Catastrophic "Saved state is damaged";
    /// The audit log could not be written.
    AuditNotWritten 4 Major "Audit log cannot be written";
    /// A record is not as it was written; the sub-code is its number.
    AuditDamaged 5 Catastrophic "Audit record is not as it was written";
    /// Half a record was cut off, as a process leaves it that is killed; the sub-code is its length.
    AuditTorn 6 Informative "Half-written audit record cut off";
    /// The audit log is 80 per cent full.
    AuditFilling 7 Informative "Audit log is 80% full";
    /// Events were not recorded, because the audit log is full; the sub-code is how many at once.
    AuditFull 8 Major "Audit log is full";
    /// A self test failed; the sub-code is its position among all.
    SelfTest 9 Catastrophic "Self test failed";
    /// A host command failed in a way that it should not; it answered 41.
    Internal 10 Recoverable "Internal error in a host command";
    /// The clock of the machine jumped; the sub-code is by how many seconds.
    ClockJump 11 Recoverable "Clock of the machine jumped";
    /// Lines for the syslog receiver were dropped; the sub-code is how many at once.
    SyslogDropped 12 Recoverable "Syslog messages dropped";
    /// The device was tampered with; the sub-code is the cause.
    Tamper 13 Catastrophic "Tamper detected";
    /// Too many PIN attacks erased the LMKs.
    PinAttack 14 Major "LMKs erased after PIN attacks";
    /// Records are missing at the end of the audit log; the sub-code is the number of the first.
    AuditCut 15 Catastrophic "Audit records are missing at the end";
    /// The error log is not as it was written. It is set aside, and a new one begins.
    ErrorsDamaged 16 Catastrophic "Error log is not as it was written";
}

/// An entry: all that is known of one code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ErrorEntry {
    /// What.
    pub fault: Fault,
    /// More of it, the last time.
    pub sub_code: u32,
    /// How often.
    pub count: u64,
    /// The first time; none without a clock.
    pub first: Option<Moment>,
    /// The last time.
    pub last: Option<Moment>,
}

/// The error log.
#[derive(Debug, Default)]
pub struct ErrorLog {
    entries: Mutex<Vec<ErrorEntry>>,
    /// Where it is kept. Held while it is written, so that whoever takes it away knows that nothing is written any more.
    place: Mutex<Option<Place>>,
    is_changed: AtomicBool,
}

/// Where it is kept.
struct Place {
    file: PathBuf,
    mac: Cmac<Aes>,
}

impl core::fmt::Debug for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Place").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Place {
    /// The text with its MAC.
    fn sealed(&self, text: &str) -> String {
        let mac = hex::encode_upper(self.mac.mac(&[CONTEXT, text.as_bytes()]));
        format!("{text}{MAC}{mac}\n")
    }

    /// The text, if it is as it was written.
    fn opened<'t>(&self, sealed: &'t str) -> Option<&'t str> {
        let (text, _) = sealed.split_at(sealed.rfind(MAC)?);
        crypto::equal(self.sealed(text).as_bytes(), sealed.as_bytes()).then_some(text)
    }
}

/// What the last line begins with, and what the MAC is for.
const MAC: &str = "MAC ";
const CONTEXT: &[u8] = b"strongroom error log";

impl ErrorLog {
    /// The error log in this file, under the key of the audit log. One that is not as it was written is set aside, which is
    /// the first entry of the new one.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn open(file: PathBuf, key: &[u8; 32]) -> io::Result<Self> {
        let sealed = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            sealed => Some(sealed?),
        };
        let place = Place { file, mac: Cmac::new(Aes::with_256_bits(key)) };
        let log = Self::default();
        if let Some(sealed) = sealed {
            let text = core::str::from_utf8(&sealed).ok().and_then(|text| place.opened(text));
            if let Some(text) = text {
                *log.held() = text.lines().filter_map(ErrorEntry::read).collect();
            } else {
                fs::rename(&place.file, place.file.with_extension("damaged"))?;
                log.note(Fault::ErrorsDamaged, 0, None);
            }
        }
        *log.place() = Some(place);
        Ok(log)
    }

    /// Notes what went wrong; gives all that is known of it.
    pub fn note(&self, fault: Fault, sub_code: u32, now: Option<Moment>) -> ErrorEntry {
        let mut entries = self.held();
        self.is_changed.store(true, Relaxed);
        if let Some(entry) = entries.iter_mut().find(|entry| entry.fault == fault) {
            (entry.sub_code, entry.count, entry.last) = (sub_code, entry.count + 1, now);
            return *entry;
        }
        let entry = ErrorEntry { fault, sub_code, count: 1, first: now, last: now };
        entries.push(entry);
        entry
    }

    /// All entries, the latest first.
    pub fn entries(&self) -> Vec<ErrorEntry> {
        let mut entries = self.held().clone();
        entries.sort_by_key(|entry| (core::cmp::Reverse(entry.last), entry.fault as u8));
        entries
    }

    /// Forgets all entries, and keeps none any more. Whoever calls this removes the file.
    pub(crate) fn forget(&self) {
        *self.place() = None;
        self.clear();
    }

    /// Forgets all entries.
    pub fn clear(&self) {
        self.held().clear();
        self.is_changed.store(true, Relaxed);
    }

    /// Writes it down, if it changed.
    pub fn save(&self) -> io::Result<()> {
        let place = self.place();
        let Some(place) = &*place else { return Ok(()) };
        if !self.is_changed.swap(false, Relaxed) {
            return Ok(());
        }
        let text: String = self.held().iter().map(ErrorEntry::line).collect();
        let new = place.file.with_extension("new");
        let saved =
            write(&new, place.sealed(&text).as_ref()).and_then(|()| fs::rename(&new, &place.file));
        if saved.is_err() {
            self.is_changed.store(true, Relaxed);
        }
        saved
    }

    fn place(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Vec<ErrorEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a file that is its owner's alone.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    options.open(path)?.write_all(text)
}

impl ErrorEntry {
    /// Code, sub-code, count, first and last time.
    fn line(&self) -> String {
        let Self { fault, sub_code, count, .. } = self;
        let moment = |at: Option<Moment>| {
            at.map_or_else(
                || "-".to_owned(),
                |at| {
                    let digits =
                        at.to_string().chars().filter(char::is_ascii_digit).collect::<String>();
                    digits + "Z"
                },
            )
        };
        let (first, last) = (moment(self.first), moment(self.last));
        format!("{} {sub_code} {count} {first} {last}\n", *fault as u8)
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let code: u8 = words.next()?.parse().ok()?;
        let fault = Fault::ALL.iter().copied().find(|fault| *fault as u8 == code)?;
        let (sub_code, count) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let mut moment = || words.next().map(|word| Moment::of_time(word.as_bytes()));
        Some(Self { fault, sub_code, count, first: moment()?, last: moment()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Moment> {
        Moment::of_time(text.as_bytes())
    }

    #[test]
    fn an_entry_for_each_code_the_latest_first() {
        let log = ErrorLog::default();
        log.note(Fault::Printer, 0, at("20261124101500Z"));
        log.note(Fault::ClockJump, 90, at("20261124101501Z"));
        log.note(Fault::Printer, 2, at("20261124101502Z"));
        let [printer, clock] = log.entries()[..] else { panic!("two entries") };
        assert_eq!((printer.fault, printer.sub_code, printer.count), (Fault::Printer, 2, 2));
        assert_eq!((printer.first, printer.last), (at("20261124101500Z"), at("20261124101502Z")));
        assert_eq!((clock.fault, clock.sub_code, clock.count), (Fault::ClockJump, 90, 1));
        log.clear();
        assert!(log.entries().is_empty());
    }

    const KEY: [u8; 32] = *b"a key that nobody else may know.";

    fn file(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("strongroom-errors-{name}-{}", std::process::id()))
    }

    #[test]
    fn it_is_there_again_after_a_restart() {
        let file = file("again");
        let log = ErrorLog::open(file.clone(), &KEY).expect("a file that is not there is empty");
        log.note(Fault::SelfTest, 3, None);
        log.note(Fault::Internal, 0, at("20261124101500Z"));
        log.save().expect("it can be written");
        let again = ErrorLog::open(file.clone(), &KEY).expect("it can be read");
        assert_eq!(again.entries(), log.entries());
        assert_eq!(again.entries().len(), 2);
        fs::remove_file(file).expect("it is there");
    }

    #[test]
    fn a_byte_that_is_changed_or_missing_is_noticed() {
        let file = file("changed");
        let log = ErrorLog::open(file.clone(), &KEY).expect("a file that is not there is empty");
        log.note(Fault::Tamper, 9, at("20261124101500Z"));
        log.save().expect("it can be written");
        let right = fs::read(&file).expect("it is there");
        let noticed = |bytes: &[u8], key: &[u8; 32]| {
            fs::write(&file, bytes).expect("it can be written");
            let log = ErrorLog::open(file.clone(), key).expect("it can be read");
            matches!(log.entries()[..], [ErrorEntry { fault: Fault::ErrorsDamaged, .. }])
        };
        for at in 0..right.len() {
            let mut changed = right.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(noticed(&changed, &KEY), "byte {at}");
            assert!(noticed(&right[..at], &KEY), "cut at {at}");
        }
        assert!(noticed(&right, b"the key of some other appliance.") && !noticed(&right, &KEY));
        for left in [file.clone(), file.with_extension("damaged")] {
            fs::remove_file(left).expect("it is there");
        }
    }
}
