//! The logs, as a syslog receiver gets them: RFC 5424 over UDP, TCP or TLS.
//!
//! A thread of its own sends. Whoever logs hands a line over and never waits: while the receiver is away or slow, lines
//! wait, up to a number, and those beyond are dropped and counted.

mod message;
mod transport;

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{ErrorEntry, Record, SerialNumber};
use transport::Link;

/// Lines that may wait.
const QUEUE: usize = 4096;

/// How long the receiver is left alone after it could not be reached.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the logs go.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SyslogSettings {
    /// Whether they go anywhere.
    pub enabled: bool,
    /// How.
    pub transport: Transport,
    /// The receiver, as `host:port`.
    pub server: String,
    /// PEM file with the certificates that the receiver's is signed by, for TLS.
    pub certificate_authority: PathBuf,
}

impl Default for SyslogSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            transport: Transport::Udp,
            server: "127.0.0.1:514".to_owned(),
            certificate_authority: PathBuf::new(),
        }
    }
}

/// How lines travel.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A datagram each (RFC 5426).
    Udp,
    /// A stream, each line with its length (RFC 6587).
    Tcp,
    /// The same in TLS (RFC 5425).
    Tls,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    /// A record of the audit log.
    Record(Record),
    /// An entry of the error log.
    Error(ErrorEntry),
}

/// Sends the logs.
#[derive(Debug)]
pub struct Syslog {
    lines: SyncSender<Line>,
    /// What the thread will take.
    queue: Mutex<Option<Receiver<Line>>>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    settings: Mutex<SyslogSettings>,
    /// What is asked for with every line.
    is_on: AtomicBool,
    sent: AtomicU64,
    dropped: AtomicU64,
    /// Drops that were told.
    told: AtomicU64,
}

impl Default for Syslog {
    fn default() -> Self {
        let (lines, queue) = sync_channel(QUEUE);
        Self { lines, queue: Mutex::new(Some(queue)), shared: Arc::default() }
    }
}

impl Syslog {
    /// Sends by these settings from now on, in the name of this device.
    pub(crate) fn configure(&self, settings: &SyslogSettings, device: SerialNumber) {
        let mut own = self.shared.settings();
        if *own == *settings {
            return;
        }
        own.clone_from(settings);
        drop(own);
        self.shared.is_on.store(settings.enabled, Relaxed);
        if settings.enabled
            && let Some(queue) = self.queue.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("syslog".to_owned());
            if let Err(error) = thread.spawn(move || serve(&queue, &shared, device)) {
                tracing::error!("no thread for syslog: {error}");
            }
        }
    }

    /// Whether lines are sent.
    pub(crate) fn is_on(&self) -> bool {
        self.shared.is_on.load(Relaxed)
    }

    /// Hands a line over.
    pub(crate) fn send(&self, line: Line) {
        if self.is_on() && self.lines.try_send(line).is_err() {
            self.shared.dropped.fetch_add(1, Relaxed);
        }
    }

    /// Lines that were sent.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Relaxed)
    }

    /// Lines that were dropped.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Relaxed)
    }

    /// Lines that were dropped since this was last asked.
    pub(crate) fn newly_dropped(&self) -> u64 {
        let dropped = self.dropped();
        dropped - self.shared.told.swap(dropped, Relaxed)
    }
}

impl Shared {
    fn settings(&self) -> MutexGuard<'_, SyslogSettings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends until nobody can hand over lines any more.
fn serve(queue: &Receiver<Line>, shared: &Shared, device: SerialNumber) {
    let mut link: Option<(SyslogSettings, Link)> = None;
    let mut is_reached = true;
    while let Ok(line) = queue.recv() {
        let text = message::text(&line, device);
        loop {
            let settings = shared.settings().clone();
            if !settings.enabled {
                link = None;
                break;
            }
            match send(&mut link, &settings, &text) {
                Ok(()) => {
                    shared.sent.fetch_add(1, Relaxed);
                    is_reached = true;
                    break;
                }
                Err(error) => {
                    link = None;
                    if core::mem::take(&mut is_reached) {
                        tracing::warn!("syslog receiver {}: {error}", settings.server);
                    }
                    thread::sleep(PAUSE);
                }
            }
        }
    }
}

/// Sends one line, through a link of these settings.
fn send(
    link: &mut Option<(SyslogSettings, Link)>,
    settings: &SyslogSettings,
    text: &str,
) -> io::Result<()> {
    if link.as_ref().is_none_or(|(own, _)| own != settings) {
        *link = Some((settings.clone(), Link::open(settings)?));
    }
    match link {
        Some((_, link)) => link.send(text),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
