//! How the device keeps its audit log and its error log.

mod kept;

use std::{
    io,
    sync::{Arc, Weak, mpsc::sync_channel},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use vault::Clock;

pub use kept::Logs;

use crate::syslog::Line;
use crate::{
    Action, Appliance, Archive, AuditLog, AuditOptions, ErrorLog, Event, Fault, NotWritten, Syslog,
    printed_records,
};

/// How long events may wait before they are recorded.
const DELAY: Duration = Duration::from_millis(20);

/// How often the logs are tidied up, and the clock is looked at.
const PERIOD: Duration = Duration::from_secs(1);

/// How often the state takes in where the audit log ends, at least, while that grows.
const END_PERIOD: Duration = Duration::from_secs(10);

/// How far the clock of the machine may be off between two looks.
const TOLERANCE: Duration = Duration::from_secs(2);

impl Appliance {
    /// The same with logs that were there before, and what was wrong with them.
    #[must_use]
    pub fn with_logs(self, logs: Logs) -> Self {
        let Logs { audit, opened, errors } = logs;
        let appliance = Self { audit, errors, ..self };
        if opened.torn > 0 {
            appliance.fault(Fault::AuditTorn, capped(opened.torn));
        }
        if let Some(cut) = opened.cut {
            appliance.fault(Fault::AuditCut, capped(cut.first));
        }
        if let Some(damage) = opened.damage {
            appliance.fault(Fault::AuditDamaged, capped(damage.record));
        }
        appliance
    }

    /// Queues an event for the audit log, whatever the options say.
    pub fn audit(&self, event: Event) {
        self.audit_at(self.state().clock, event);
    }

    /// The same, by a clock that is at hand.
    pub fn audit_at(&self, clock: Clock, event: Event) {
        if self.audit.add(clock.now(), event) {
            self.settle();
        }
    }

    /// Audits what a user did, if that is audited.
    pub fn note(&self, action: Action) {
        self.audit_if(|options| options.user_actions, action.done());
    }

    /// Audits an event, if the options say so.
    pub fn audit_if(&self, wants: fn(&AuditOptions) -> bool, event: Event) {
        if wants(&self.state().settings.audit) {
            self.audit(event);
        }
    }

    /// The audit log, with all that has happened.
    pub fn audit_log(&self) -> &AuditLog {
        self.settle();
        &self.audit
    }

    /// Records and writes what waits for the audit log.
    pub fn settle(&self) {
        let when_full = self.state().settings.audit.when_full;
        let (recorded, written) = self.audit.record(when_full, self.syslog.is_on());
        for record in recorded.records {
            self.syslog.send(Line::Record(record));
        }
        if recorded.is_warned {
            self.fault(Fault::AuditFilling, 0);
        }
        if recorded.lost > 0 {
            self.fault(Fault::AuditFull, capped(recorded.lost as u64));
        }
        if let Err(error) = written {
            tracing::error!("{error}");
            self.fault(Fault::AuditNotWritten, 0);
        }
    }

    /// The error log.
    pub fn errors(&self) -> &ErrorLog {
        &self.errors
    }

    /// Notes in the error log what went wrong.
    pub fn fault(&self, fault: Fault, sub_code: u32) {
        tracing::warn!(sub_code, "error log: {}", fault.text());
        let entry = self.errors.note(fault, sub_code, self.now());
        // That lines are dropped is no reason for more lines.
        if fault != Fault::SyslogDropped {
            self.syslog.send(Line::Error(entry));
        }
    }

    /// Sends the logs to a receiver.
    pub fn syslog(&self) -> &Syslog {
        &self.syslog
    }

    /// Prints records of the audit log, at most so many, and marks them as archived when the printer has them. It waits for
    /// the printer. Gives their number.
    pub fn archive(&self, which: Archive, most: usize) -> Result<usize, Unarchived> {
        if !self.printer.is_ready() {
            return Err(Unarchived::NoPrinter);
        }
        let log = self.audit_log();
        let mut records = log.to_archive(which)?;
        records.truncate(most);
        let Some(last) = records.last().map(|last| last.number) else {
            return Err(if log.is_empty() { Unarchived::Empty } else { Unarchived::Done });
        };
        let (sender, outcome) = sync_channel(1);
        self.printer.print(printed_records(&records, self.printer.line_end()), move |outcome| {
            // Whoever waits is there until it is told.
            let _ = sender.send(outcome);
        });
        if outcome.recv() != Ok(Ok(())) {
            self.fault(Fault::Printer, 0);
            return Err(Unarchived::NoPrinter);
        }
        log.archived(last)?;
        Ok(records.len())
    }

    /// Keeps the logs from now on, and notes that the device has started, in a thread of its own that ends with the appliance.
    pub fn keep_logs(self: &Arc<Self>) -> io::Result<()> {
        self.syslog.configure(&self.state().settings.syslog, self.serial_number);
        self.note(Action::PowerOn);
        self.settle();
        let appliance = Arc::downgrade(self);
        thread::Builder::new().name("logs".to_owned()).spawn(move || keep(&appliance)).map(drop)
    }

    /// Writes everything down, before the device stops.
    pub fn close_logs(&self) {
        self.note(Action::Restart);
        self.settle();
        self.tidy();
        if self.has_other_end() {
            self.keep();
        }
    }

    /// Whether the audit log ends somewhere else than the state says.
    fn has_other_end(&self) -> bool {
        let end = self.audit.end();
        end.is_some() && end != self.state().audit_end
    }

    fn tidy(&self) {
        if let Err(error) = self.audit.tidy() {
            tracing::error!("the audit log cannot be kept: {error}");
            self.fault(Fault::AuditNotWritten, 1);
        }
        let dropped = self.syslog.newly_dropped();
        if dropped > 0 {
            self.fault(Fault::SyslogDropped, capped(dropped));
        }
        if let Err(error) = self.errors.save() {
            tracing::error!("the error log cannot be saved: {error}");
        }
    }
}

/// Why records are not archived.
#[derive(Debug, thiserror::Error)]
pub enum Unarchived {
    /// There is none.
    #[error("the audit log is empty")]
    Empty,
    /// All are.
    #[error("all audit records are archived")]
    Done,
    /// The printer is not ready.
    #[error("the printer is not ready")]
    NoPrinter,
    /// The log cannot be written.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

fn keep(appliance: &Weak<Appliance>) {
    let mut watch = ClockWatch::new(wall(), Instant::now());
    let (mut tidied, mut kept) = (Instant::now(), Instant::now());
    while let Some(appliance) = appliance.upgrade() {
        appliance.audit.wait(PERIOD);
        thread::sleep(DELAY);
        appliance.settle();
        if tidied.elapsed() >= PERIOD {
            tidied = Instant::now();
            appliance.tidy();
            if kept.elapsed() >= END_PERIOD && appliance.has_other_end() {
                kept = Instant::now();
                appliance.keep();
            }
            if let Some(seconds) = watch.jump(wall(), tidied) {
                appliance.fault(Fault::ClockJump, seconds);
            }
        }
    }
}

/// Time since 1970 by the clock of the machine.
fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Compares the clock of the machine with one that nobody can set.
#[derive(Debug)]
struct ClockWatch {
    wall: Duration,
    steady: Instant,
}

impl ClockWatch {
    const fn new(wall: Duration, steady: Instant) -> Self {
        Self { wall, steady }
    }

    /// By how many seconds the clock jumped since the last look, if it did.
    fn jump(&mut self, wall: Duration, steady: Instant) -> Option<u32> {
        let expected = self.wall + steady.duration_since(self.steady);
        (self.wall, self.steady) = (wall, steady);
        let jumped = wall.abs_diff(expected);
        (jumped > TOLERANCE).then(|| capped(jumped.as_secs()))
    }
}

/// A number that stays at its greatest value.
fn capped(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_is_noticed_once() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut watch = ClockWatch::new(Duration::from_hours(10), start);
        for (wall, seconds, jumped) in [
            (36_001, 1, None),
            (36_003, 2, None),
            // An hour ahead, and on from there.
            (39_604, 3, Some(3600)),
            (39_605, 4, None),
            // A day back.
            (0, 5, Some(39_606)),
            (1, 6, None),
            // A machine that slept did not jump.
            (1_001, 1_006, None),
        ] {
            let seen = watch.jump(Duration::from_secs(wall), after(seconds));
            assert_eq!(seen, jumped, "{seconds}");
        }
    }
}
