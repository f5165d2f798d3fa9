//! How the device keeps its audit log and its error log.

use std::{
    io,
    sync::{Arc, Weak},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use vault::Clock;

use crate::{Action, Appliance, AuditLog, AuditOptions, ErrorLog, Event, Fault, Opened};

/// How long events may wait before they are recorded.
const DELAY: Duration = Duration::from_millis(20);

/// How often the logs are tidied up, and the clock is looked at.
const PERIOD: Duration = Duration::from_secs(1);

/// How far the clock of the machine may be off between two looks.
const TOLERANCE: Duration = Duration::from_secs(2);

impl Appliance {
    /// The same with logs that were there before, and what was wrong with them.
    #[must_use]
    pub fn with_logs(self, audit: AuditLog, opened: Opened, errors: ErrorLog) -> Self {
        let appliance = Self { audit, errors, ..self };
        if opened.torn > 0 {
            appliance.fault(Fault::AuditTorn, capped(opened.torn));
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
        let (recorded, written) = self.audit.record(when_full, false);
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
        self.errors.note(fault, sub_code, self.now());
    }

    /// Keeps the logs from now on, in a thread of its own that ends with the appliance.
    pub fn keep_logs(self: &Arc<Self>) -> io::Result<()> {
        let appliance = Arc::downgrade(self);
        thread::Builder::new().name("logs".to_owned()).spawn(move || keep(&appliance)).map(drop)
    }

    /// Writes everything down, before the device stops.
    pub fn close_logs(&self) {
        self.settle();
        self.tidy();
    }

    fn tidy(&self) {
        if let Err(error) = self.audit.tidy() {
            tracing::error!("the audit log cannot be kept: {error}");
            self.fault(Fault::AuditNotWritten, 1);
        }
        if let Err(error) = self.errors.save() {
            tracing::error!("the error log cannot be saved: {error}");
        }
    }
}

fn keep(appliance: &Weak<Appliance>) {
    let mut watch = ClockWatch::new(wall(), Instant::now());
    let mut tidied = Instant::now();
    while let Some(appliance) = appliance.upgrade() {
        appliance.audit.wait(PERIOD);
        thread::sleep(DELAY);
        appliance.settle();
        if tidied.elapsed() >= PERIOD {
            tidied = Instant::now();
            appliance.tidy();
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
