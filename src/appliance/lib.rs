//! The device: what one emulated HSM holds and obeys.
//!
//! An [`Appliance`] is its [`State`] (LMKs, settings, authorised activities, user storage), its
//! randomness and its identity. A message is answered under the state that it met: whoever changes
//! the state puts a new one in place of the old.

mod access;
mod audit;
mod authorisation;
mod error_log;
mod fraud;
mod health;
mod host_ports;
mod licence;
mod lmk_table;
mod locks;
mod logs;
mod monitoring;
mod network;
pub mod printer;
mod printing;
mod private_keys;
mod random;
mod release;
mod serial_number;
mod settings;
mod solicitation;
mod state;
mod statistics;
mod storage;
mod store;
mod syslog;

use core::convert::Infallible;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, RwLock,
    atomic::{
        AtomicBool, AtomicU8, AtomicU32, AtomicU64,
        Ordering::{self, Acquire, Relaxed},
    },
};
use std::time::Duration;

use licence::Pace;
use vault::Moment;

pub use access::{AccessEntry, AccessList};
pub use audit::{
    AT_ONCE, Action, Archive, AuditLog, AuditOptions, CAPACITY, CommandSet, Cut, Damage, End,
    Event, Fate, HEADING, Kind, NotWritten, Numbered, Opened, Record, Room, WhenFull,
    printed_records,
};
pub use authorisation::{
    Activity, ActivityFault, Authorisations, Category, Grant, Interface, Until,
};
pub use error_log::{ErrorEntry, ErrorLog, Fault, Severity};
pub use fraud::{FraudCounts, FraudDetection, FraudLimit, FraudLimits, FraudRecord};
pub use health::{Health, Tamper, TamperCause};
pub use host_ports::{DEFAULT_CONNECTIONS, HostPorts, Protocol};
pub use licence::{Licence, LmksInUse, NoLicence, NoPackage, Packages};
pub use lmk_table::{KeyChange, KeyChangeFault, Label, LmkTable, Migration};
pub use locks::{CardDigest, Lock, Locks, Mode, Officers};
pub use logs::{Logs, Unarchived};
pub use monitoring::{AuxiliaryPort, Monitoring, MotionAlarm, SerialPort, Snmp};
pub use network::{Connection, Link, Network, Refused, Totals, Traffic};
pub use printer::Printer;
pub use printing::{Document, FormatFault, Mailer, PinText, PrintFormat, Printing, Value};
pub use private_keys::PrivateKeys;
pub use random::{Generator, Randomness};
pub use release::{ReleaseFault, Released};
pub use serial_number::{NoSerialNumber, SerialNumber};
pub use settings::{
    BatchSize, DecimalisationTables, HmacLength, OfficerProof, PinEncryptionAlgorithm, PinLength,
    Settings, StorageLength, TransactionKeyScheme, ZekEncryption, ZmkLength,
};
pub use solicitation::{Batch, BatchFull};
pub use state::{State, TEST_LMKS};
pub use statistics::{BANDS, POSITIONS, Span, Statistics};
pub use storage::{StorageFault, UserStorage};
pub use store::{Erased, Folders, Found, Method, NotKept, Release, Store, StoreFault};
pub use syslog::{Syslog, SyslogSettings, Transport};

/// Firmware number that diagnostics report, as `xxxx-xxxx`.
pub const FIRMWARE: &[u8; 9] = b"1500-0001";

/// The same while the settings comply with PCI HSM: [`State::firmware`].
pub const FIRMWARE_COMPLIANT: &[u8; 9] = b"1500-1001";

/// Whether hosts are served, and under which setup of the host ports. It is cheap to ask for with every message: as long
/// as it stays the same, nothing has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Admission(u32);

impl Admission {
    /// Hosts are not served.
    pub const NONE: Self = Self(0);
}

/// One emulated HSM.
#[derive(Debug)]
pub struct Appliance {
    serial_number: SerialNumber,
    state: RwLock<Arc<State>>,
    /// Where the state is kept; none in memory. Held by whoever changes the state: nobody who reads it waits for a disk.
    store: Mutex<Option<Store>>,
    /// What is asked for with every message, beside the state.
    is_online: AtomicBool,
    header_length: AtomicU8,
    admission: AtomicU32,
    /// The next one that was not there yet.
    next_admission: AtomicU32,
    network: Arc<Network>,
    randomness: Randomness,
    printer: Printer,
    fraud: FraudDetection,
    first_mailer: Mutex<Option<Mailer>>,
    batch: Mutex<Batch>,
    statistics: Statistics,
    audit: AuditLog,
    errors: ErrorLog,
    syslog: Syslog,
    /// Milliseconds that every reply is held back.
    response_delay: AtomicU64,
    /// What the licence lets through.
    pace: Pace,
    /// Whether it is nobody's any more.
    is_released: AtomicBool,
}

impl Appliance {
    /// An appliance that starts in this state, which it keeps in memory; without a printer.
    pub fn new(mut state: State, randomness: Randomness) -> Self {
        let now = state.clock.now();
        state.health.started(now);
        let statistics = Statistics::new(now);
        let is_online = state.mode() == Mode::Online;
        let fraud = FraudDetection::new(state.fraud);
        let admission = u32::from(state.admits_hosts());
        let header_length = state.host_ports.header_length;
        statistics.run(is_online && state.monitoring.utilisation, now);
        Self {
            serial_number: SerialNumber::default(),
            pace: Pace::new(state.licence.calls_per_second),
            state: RwLock::new(Arc::new(state)),
            store: Mutex::default(),
            is_online: AtomicBool::new(is_online),
            header_length: AtomicU8::new(header_length),
            admission: AtomicU32::new(admission),
            next_admission: AtomicU32::new(2),
            network: Arc::default(),
            randomness,
            printer: Printer::none(),
            fraud,
            statistics,
            audit: AuditLog::default(),
            errors: ErrorLog::default(),
            syslog: Syslog::default(),
            response_delay: AtomicU64::new(0),
            is_released: AtomicBool::new(false),
            first_mailer: Mutex::default(),
            batch: Mutex::default(),
        }
    }

    /// The same with another serial number.
    #[must_use]
    pub fn with_serial_number(self, serial_number: SerialNumber) -> Self {
        Self { serial_number, ..self }
    }

    /// Its serial number.
    pub const fn serial_number(&self) -> &SerialNumber {
        &self.serial_number
    }

    /// The same with a printer.
    #[must_use]
    pub fn with_printer(self, printer: Printer) -> Self {
        printer.set(self.state().printing.printer);
        Self { printer, ..self }
    }

    /// The same, keeping its state from now on.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn with_store(self, mut store: Store) -> Result<Self, NotKept> {
        store.keep(&self.state())?;
        Ok(Self { store: Mutex::new(Some(store)), ..self })
    }

    /// The state as it is now.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state; messages that are being answered keep the one that they met.
    ///
    /// # Errors
    /// [`NotKept`]; then nothing is changed. An appliance that keeps its state in memory has none.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> Result<T, NotKept> {
        let changed = self.try_change(|state| Ok::<_, Infallible>(change(state)))?;
        Ok(changed.unwrap_or_else(|never| match never {}))
    }

    /// The same for a change that may not be possible: where it fails, nothing is changed.
    ///
    /// # Errors
    /// [`NotKept`], and inside the error of the change.
    pub fn try_change<T, E>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<Result<T, E>, NotKept> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = State::clone(&self.state());
        let outcome = change(&mut state);
        if outcome.is_ok() {
            self.count(&mut state);
            if let Some(store) = &mut *store {
                store.keep(&state).inspect_err(|fault| {
                    tracing::error!("{fault}");
                    self.fault(Fault::StateNotSaved, 0);
                })?;
            }
            self.put(state);
        }
        Ok(outcome)
    }

    /// Keeps what is counted beside the state.
    pub fn keep(&self) {
        // A failure is logged, and does not undo what was counted.
        let _ = self.change(|_| ());
    }

    /// Erases something at once, whether or not that can be kept: what must not be used any more is gone from memory even
    /// if the disk is full. Then the log says so, and the next change that is kept keeps this one, too.
    pub fn erase(&self, erase: impl FnOnce(&mut State)) {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = State::clone(&self.state());
        erase(&mut state);
        self.count(&mut state);
        self.put(state);
        if let Some(store) = &mut *store
            && let Err(fault) = store.keep(&self.state())
        {
            tracing::error!("what was erased may be there again with the next start: {fault}");
        }
    }

    /// Takes into the state what goes on beside it.
    fn count(&self, state: &mut State) {
        state.fraud = self.fraud.record();
        state.audit_end = self.audit.end().or(state.audit_end);
    }

    /// Puts another state in place of the present one.
    fn put(&self, state: State) {
        let (before, after) = (self.state().mode(), state.mode());
        self.is_online.store(after == Mode::Online, Relaxed);
        let counts = after == Mode::Online && state.monitoring.utilisation;
        self.pace.set(state.licence.calls_per_second);
        self.syslog.configure(&state.settings.syslog, self.serial_number);
        self.printer.set(state.printing.printer);
        let is_other = !Arc::ptr_eq(&self.state().host_ports, &state.host_ports);
        self.header_length.store(state.host_ports.header_length, Relaxed);
        let (now, admits) = (state.clock.now(), state.admits_hosts());
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        // After the state, so that whoever sees this sees that.
        self.admit(admits, is_other);
        self.statistics.run(counts, now);
        if after != before {
            self.note(match after {
                Mode::Online => Action::Online,
                Mode::Offline => Action::Offline,
                Mode::Secure => Action::Secure,
            });
        }
    }

    /// Whether it serves hosts.
    pub fn is_online(&self) -> bool {
        self.is_online.load(Relaxed)
    }

    /// Characters of the message header.
    pub fn header_length(&self) -> usize {
        self.header_length.load(Relaxed).into()
    }

    /// Whether hosts are served, and under which setup of the host ports: it changes whenever that does.
    pub fn admission(&self) -> Admission {
        Admission(self.admission.load(Acquire))
    }

    /// Says anew whether hosts are served, and whether by another setup of the host ports.
    fn admit(&self, admits: bool, is_other: bool) {
        let last = self.admission();
        let next = match admits {
            false => Admission::NONE,
            true if is_other || last == Admission::NONE => {
                Admission(self.next_admission.fetch_add(1, Relaxed).max(1))
            }
            true => last,
        };
        self.admission.store(next.0, Ordering::Release);
    }

    /// How long replies to so many messages are held back: by the licence, or because the host wants it.
    pub fn delay(&self, messages: usize) -> Duration {
        let each = Duration::from_millis(self.response_delay.load(Relaxed));
        let wanted = each.saturating_mul(u32::try_from(messages).unwrap_or(u32::MAX));
        wanted.max(self.pace.wait(messages))
    }

    /// Goes by another licence from now on. Whoever is connected stays so.
    ///
    /// # Errors
    /// [`NotKept`]; inside [`LmksInUse`] if more LMKs are loaded than it allows.
    pub fn license(&self, licence: Licence) -> Result<Result<(), LmksInUse>, NotKept> {
        let taken = self.try_change(|state| match state.lmks.count() {
            loaded if loaded > licence.lmks.into() => Err(LmksInUse(loaded)),
            _ => {
                state.licence = licence;
                Ok(())
            }
        })?;
        if taken.is_ok() {
            self.note(Action::LicenceUpdated);
        }
        Ok(taken)
    }

    /// Sets how long every reply is held back, in milliseconds. It lasts until the next start.
    pub fn set_response_delay(&self, milliseconds: u64) {
        self.response_delay.store(milliseconds, Relaxed);
    }

    /// What time it is; none without a clock.
    pub fn now(&self) -> Option<Moment> {
        self.state().clock.now()
    }

    /// Erases the LMKs and all that is authorised, as a tamper does. The device is offline until its next start.
    pub fn tamper(&self, cause: TamperCause) {
        self.fault(Fault::Tamper, cause as u32);
        self.note(Action::LmksErased);
        self.erase(|state| {
            state.health.tampers += u64::from(state.monitoring.health);
            state.erase_lmks();
            state.authorised = Authorisations::default();
            state.tamper = Some(Tamper { cause, at: state.clock.now() });
        });
    }

    /// Lets something happen around the device: true where it sets an alarm off. What lasts keeps the device from clearing
    /// the tamper until it [ends](Self::ends).
    pub fn happens(&self, cause: TamperCause, lasts: bool) -> bool {
        let is_noticed = self.state().monitoring.notices(cause);
        if is_noticed {
            self.tamper(cause);
            self.erase(|state| state.monitoring.stimulus = lasts.then_some(cause));
            self.forget();
        }
        is_noticed
    }

    /// Lets end what happens around the device; false where nothing does.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn ends(&self) -> Result<bool, NotKept> {
        self.change(|state| state.monitoring.stimulus.take().is_some())
    }

    /// Starts the device anew: what is authorised ends, unless it is persistent, and a tamper is cleared, unless what
    /// caused it lasts. Keys and settings stay.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn restart(&self) -> Result<(), NotKept> {
        self.change(|state| {
            state.authorised.restarted();
            if state.monitoring.stimulus.is_none() {
                state.tamper = None;
            }
            if state.monitoring.health {
                state.health.started(state.clock.now());
            }
        })?;
        self.set_response_delay(0);
        self.forget();
        Ok(())
    }

    /// Its printer.
    pub fn printer(&self) -> &Printer {
        &self.printer
    }

    /// Counters of what looks like fraud.
    pub fn fraud(&self) -> &FraudDetection {
        &self.fraud
    }

    /// The first mailer on a form for two, while it waits for the second.
    pub fn first_mailer(&self) -> MutexGuard<'_, Option<Mailer>> {
        self.first_mailer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Choices of PINs that wait for the end of their batch.
    pub fn batch(&self) -> MutexGuard<'_, Batch> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counters of host commands and of load.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Wipes what waits for a further command: a first mailer, choices of PINs.
    pub fn forget(&self) {
        *self.first_mailer() = None;
        self.batch().clear();
    }

    /// Connections of the host ports.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// Where randomness comes from.
    pub fn randomness(&self) -> &Randomness {
        &self.randomness
    }
}
