//! What a release erases, in the order in which it is done.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::store::{Erased, Method, NotKept, Release};
use crate::{Appliance, State, SyslogSettings};

/// How long messages that are being answered may take to let go of the state.
const DRAIN: Duration = Duration::from_secs(5);

/// Why a release has not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseFault {
    /// The order could not be noted, so nothing is erased.
    #[error("the release is not begun: {0}")]
    NotBegun(#[from] NotKept),
    /// Somebody else has released the appliance meanwhile. What he ordered stays as evidence.
    #[error("the appliance is released already")]
    Again,
    /// It was begun, and there is no way back: the next start carries it out.
    #[error("{_0}: {_1}; the release goes on with the next start")]
    Interrupted(String, #[source] io::Error),
}

/// A release that is carried out.
#[derive(Debug)]
pub struct Released {
    /// What was erased, for the evidence.
    pub erased: Vec<Erased>,
    /// Whether no message was being answered any more when memory was wiped. If not, end the process: its memory may still
    /// hold what belonged to the tenant.
    pub is_drained: bool,
    on_disk: Option<Release>,
}

impl Released {
    /// Removes the order from the disk, once the evidence is kept elsewhere. The next start is that of an appliance as
    /// delivered.
    ///
    /// # Errors
    /// Those of the disk; then the order is still there.
    pub fn settle(self) -> io::Result<()> {
        self.on_disk.map_or(Ok(()), Release::settle)
    }
}

impl Appliance {
    /// Gives the appliance back: erases everything that belongs to its tenant. `by` says who gave the order, as evidence.
    ///
    /// First the order is noted on the disk. From then on there is no way back: whatever happens, this or the next start
    /// erases. Then hosts are not served any more, the root key is destroyed, all files are removed, and memory is wiped.
    /// The appliance is as delivered afterwards, and keeps no state any more. What ciphers have left on stacks is gone only
    /// with the process: end it, or let it execute itself anew.
    ///
    /// Documents that wait for a printer that is not ready are not among it.
    ///
    /// # Errors
    /// [`ReleaseFault`].
    pub fn release(&self, by: &str) -> Result<Released, ReleaseFault> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_released() {
            return Err(ReleaseFault::Again);
        }
        let mut before = self.state();
        let mut erased = self.inventory(&before, store.is_some());
        let on_disk =
            store.as_mut().map(|store| store.begin_release(by, &mut erased)).transpose()?;
        let State { is_development, clock, licence, .. } = *before;
        let host_ports = Arc::new(before.host_ports.of_machine());
        let after = State { is_development, host_ports, clock, licence, ..State::factory() };
        self.is_released.store(true, Ordering::Release);
        self.put(after);
        // A log that goes on would put its files back.
        self.audit.forget();
        self.errors.forget();
        let erasing = on_disk.as_ref().map_or(Ok(()), Release::erase);
        let is_drained = is_alone(&mut before);
        drop(before);
        self.wipe();
        erasing.map_err(|(path, error)| {
            ReleaseFault::Interrupted(path.display().to_string(), error)
        })?;
        Ok(Released { erased, is_drained, on_disk })
    }

    /// Whether a release was begun. Then it is nobody's any more, and its process is to end.
    pub fn is_released(&self) -> bool {
        self.is_released.load(Ordering::Acquire)
    }

    /// Wipes what is in memory beside the state.
    fn wipe(&self) {
        let now = self.now();
        self.forget();
        self.fraud.forget();
        self.statistics.reset(now);
        self.audit.forget();
        self.errors.forget();
        self.network.forget();
        self.set_response_delay(0);
        // Keys that were drawn could be drawn again by who knew where the generator stands.
        if let Err(error) = self.randomness.renew() {
            tracing::error!("random numbers are not begun anew: {error}");
        }
    }

    /// What belongs to the tenant, by classes that are always the same.
    ///
    /// Smart cards are not among it: they are their holders', and open no lock any more. What other devices have and this
    /// one has not, it need not erase: a recovery key with its pass phrases, shares of an authority for cards, keys of a
    /// management port, keys of a time server, a host name. Serial number, licence and clock are the owner's, and stay.
    fn inventory(&self, state: &State, is_kept: bool) -> Vec<Erased> {
        let State { settings, lmks, locks, officers, authorised, storage, printing, .. } = state;
        let State { private_keys, host_ports, monitoring, .. } = state;
        let identity = &host_ports.identity;
        let certificates = identity.chain().len() + identity.authorities().len();
        let snmp = &monitoring.snmp;
        let kept = if is_kept { Method::CryptoErase } else { Method::Wipe };
        let fraud = self.fraud.counts();
        let commands = (0..crate::POSITIONS).filter(|position| self.statistics.runs(*position) > 0);
        let key_cards = [&locks.left, &locks.right].into_iter().filter(|lock| lock.card.is_some());
        let health = state.health.restarts + state.health.tampers;
        let classes = [
            ("LMKs", lmks.count(), kept),
            ("LMKs in key change storage", lmks.key_changes().count(), kept),
            ("key cards commissioned", key_cards.count(), kept),
            ("LMKs with officers", officers.count(), kept),
            ("authorised activities", authorised.count(), kept),
            ("places in user storage", storage.count(), kept),
            ("private RSA and ECC keys", private_keys.count(), kept),
            ("TLS keys", usize::from(identity.key().is_some()), kept),
            ("TLS certificates", certificates, kept),
            ("TLS clients", identity.clients.len(), kept),
            ("access control entries", host_ports.access.entries.len(), kept),
            ("setups of host ports", 1, kept),
            ("connections of hosts", self.network.connections().len(), Method::Wipe),
            ("SNMP users and trap receivers", snmp.users.len() + snmp.traps.len(), kept),
            ("syslog receivers", usize::from(settings.syslog != SyslogSettings::default()), kept),
            ("print formats", usize::from(printing.format.is_some()), Method::Wipe),
            ("tables of words for PINs", 1, kept),
            ("excluded PINs", settings.excluded_pins.len(), kept),
            ("security settings", 1, kept),
            ("health counts", usize::try_from(health).unwrap_or(usize::MAX), kept),
            ("PIN attacks counted", fraud.attacks as usize, kept),
            ("commands counted", commands.count(), Method::Wipe),
            ("audit records", self.audit.count(), Method::Wipe),
            ("error log entries", self.errors.entries().len(), Method::Wipe),
            ("choices of PINs that waited", self.batch().count(), Method::Wipe),
            ("mailers that waited", usize::from(self.first_mailer().is_some()), Method::Wipe),
            ("random number generators", 1, Method::Wipe),
        ];
        let erased =
            |(class, count, method): (&str, usize, Method)| Erased::new(class, count, method);
        classes.into_iter().map(erased).collect()
    }
}

/// Waits until nobody else has the state.
fn is_alone(state: &mut Arc<State>) -> bool {
    let began = Instant::now();
    loop {
        if Arc::get_mut(state).is_some() {
            return true;
        }
        if began.elapsed() >= DRAIN {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
