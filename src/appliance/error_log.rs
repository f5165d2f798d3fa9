//! The error log: what went wrong with the device itself, an entry for each code.

use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

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
    file: Option<PathBuf>,
    is_changed: AtomicBool,
}

impl ErrorLog {
    /// The error log in this file. Lines that cannot be read are left out.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn open(file: PathBuf) -> io::Result<Self> {
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let entries = text.lines().filter_map(ErrorEntry::read).collect();
        Ok(Self { entries: Mutex::new(entries), file: Some(file), ..Self::default() })
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

    /// Forgets all entries, without writing that down.
    pub(crate) fn forget(&self) {
        self.clear();
        self.is_changed.store(false, Relaxed);
    }

    /// Forgets all entries.
    pub fn clear(&self) {
        self.held().clear();
        self.is_changed.store(true, Relaxed);
    }

    /// Writes it down, if it changed.
    pub fn save(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        if !self.is_changed.swap(false, Relaxed) {
            return Ok(());
        }
        let text: String = self.held().iter().map(ErrorEntry::line).collect();
        let new = file.with_extension("new");
        let saved = fs::write(&new, text).and_then(|()| fs::rename(&new, file));
        if saved.is_err() {
            self.is_changed.store(true, Relaxed);
        }
        saved
    }

    fn held(&self) -> MutexGuard<'_, Vec<ErrorEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

    #[test]
    fn it_is_there_again_after_a_restart() {
        let file = std::env::temp_dir().join(format!("strongroom-errors-{}", std::process::id()));
        let log = ErrorLog::open(file.clone()).expect("a file that is not there is empty");
        log.note(Fault::SelfTest, 3, None);
        log.note(Fault::Internal, 0, at("20261124101500Z"));
        log.save().expect("it can be written");
        let again = ErrorLog::open(file.clone()).expect("it can be read");
        assert_eq!(again.entries(), log.entries());
        assert_eq!(again.entries().len(), 2);
        fs::remove_file(file).expect("it is there");
    }
}
