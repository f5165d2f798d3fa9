//! The printer: a folder, a raw TCP printer, or none.
//!
//! One thread has it, so that documents come one after the other and nobody else waits for paper.

mod spool;
mod stream;

use std::{
    fmt, io,
    path::PathBuf,
    str::FromStr,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::Document;
use spool::Spool;
use stream::Stream;

/// Documents that may wait for the printer.
const QUEUE: usize = 256;

/// How often a printer that failed is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// Where documents go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Destination {
    /// A folder, in which each document becomes a text file.
    Folder(PathBuf),
    /// Host and port of a printer that takes plain bytes.
    Stream(String),
    /// Nowhere: they count as printed. For tests that look at replies only.
    Discard,
}

/// How lines of a document end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineEnd {
    /// Line feed, as text files have it.
    Lf,
    /// Line feed, carriage return: the order of the device.
    LfCr,
    /// Carriage return, line feed: the order of the device, reversed.
    CrLf,
}

/// What officers set of a printer, whichever it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct PrinterSettings {
    /// Whether lines end with carriage return and line feed instead of the other way round; where nothing is said, they end
    /// as the printer has it.
    pub reversed: Option<bool>,
    /// Milliseconds that a TCP printer may take, if something else than at first.
    pub timeout: Option<u32>,
    /// Milliseconds between two documents.
    pub delay: u32,
}

/// The printer is not ready: there is none, it does not answer, or it refuses (error 16).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the printer is not ready")]
pub struct NotReady;

/// What became of a document.
pub type Outcome = Result<(), NotReady>;

type Tell = Box<dyn FnOnce(Outcome) + Send>;

/// A printer, or the place where one might be.
#[derive(Debug)]
pub struct Printer(Place);

#[derive(Debug)]
enum Place {
    Empty,
    Discard,
    Connected(Connected),
}

#[derive(Debug)]
struct Connected {
    /// The folder, if it is one.
    folder: Option<PathBuf>,
    line_end: LineEnd,
    patience: Duration,
    settings: Arc<Mutex<PrinterSettings>>,
    jobs: SyncSender<Job>,
    /// What is known of it since the last document, or the last look.
    is_ready: Arc<AtomicBool>,
}

/// Something that prints.
trait Device: Send {
    /// Looks whether it would.
    fn look(&self) -> io::Result<()>;

    /// Prints. Each step may take so long, where it is not known how long it takes.
    fn print(&mut self, document: &Document, patience: Duration) -> io::Result<()>;
}

struct Job {
    document: Document,
    done: Done,
}

/// Is told once what became of a document: not printed, if it is dropped before.
struct Done(Option<Tell>);

impl FromStr for Destination {
    type Err = &'static str;

    /// `host:port`, `discard`, or else a folder; `./discard` and `./a:1` are folders.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        match text.rsplit_once(':') {
            _ if text.is_empty() => Err("a printer is a folder or host:port"),
            _ if text == "discard" => Ok(Self::Discard),
            Some((host, port)) if !text.contains('/') && !host.is_empty() && is_port(port) => {
                Ok(Self::Stream(text.to_owned()))
            }
            _ => Ok(Self::Folder(text.into())),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Stream(address) => f.write_str(address),
            Self::Discard => f.write_str("discard"),
        }
    }
}

impl LineEnd {
    /// The characters.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::LfCr => b"\n\r",
            Self::CrLf => b"\r\n",
        }
    }
}

impl FromStr for LineEnd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lf" => Ok(Self::Lf),
            "lf-cr" => Ok(Self::LfCr),
            "cr-lf" => Ok(Self::CrLf),
            _ => Err("a line ends with lf, lf-cr or cr-lf"),
        }
    }
}

impl Printer {
    /// No printer.
    pub const fn none() -> Self {
        Self(Place::Empty)
    }

    /// A printer that takes everything and shows nothing, for tests that look at replies only.
    pub const fn discard() -> Self {
        Self(Place::Discard)
    }

    /// The printer there, and why it is not ready at the moment. It is looked for until it is.
    ///
    /// A folder that does not exist is made. Without `line_end` lines end as is usual there. A TCP
    /// printer has `patience` to accept a connection, and again for each piece that it takes.
    pub fn connect(
        destination: Destination,
        line_end: Option<LineEnd>,
        patience: Duration,
    ) -> (Self, io::Result<()>) {
        let mut folder = None;
        let (device, usual): (Box<dyn Device>, _) = match destination {
            Destination::Discard => return (Self::discard(), Ok(())),
            Destination::Folder(path) => {
                folder = Some(path.clone());
                (Box::new(Spool::new(path)), LineEnd::Lf)
            }
            Destination::Stream(address) => {
                (Box::new(Stream::new(address, patience)), LineEnd::LfCr)
            }
        };
        let (jobs, queue) = sync_channel(QUEUE);
        let looked = device.look();
        let is_ready = Arc::new(AtomicBool::new(looked.is_ok()));
        let known = Arc::clone(&is_ready);
        let settings = Arc::<Mutex<PrinterSettings>>::default();
        let tuning = Tuning { patience, settings: Arc::clone(&settings) };
        let started = thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || serve(device, &queue, &known, &tuning));
        let line_end = line_end.unwrap_or(usual);
        let printer = Connected { folder, line_end, patience, settings, jobs, is_ready };
        (Self(Place::Connected(printer)), started.and(looked))
    }

    /// How lines of a document end.
    pub fn line_end(&self) -> LineEnd {
        match &self.0 {
            Place::Empty | Place::Discard => LineEnd::Lf,
            Place::Connected(printer) => match self.settings().reversed {
                None => printer.line_end,
                Some(true) => LineEnd::CrLf,
                Some(false) => LineEnd::LfCr,
            },
        }
    }

    /// Sets it from the next document on.
    pub fn set(&self, settings: PrinterSettings) {
        if let Place::Connected(printer) = &self.0 {
            *printer.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
        }
    }

    fn settings(&self) -> PrinterSettings {
        match &self.0 {
            Place::Empty | Place::Discard => PrinterSettings::default(),
            Place::Connected(printer) => {
                *printer.settings.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }

    /// How long it may take.
    pub fn timeout(&self) -> Duration {
        match &self.0 {
            Place::Empty | Place::Discard => Duration::ZERO,
            Place::Connected(printer) => patience(printer.patience, self.settings()),
        }
    }

    /// Whether a document has a chance, as far as that can be known without waiting.
    pub fn is_ready(&self) -> bool {
        match &self.0 {
            Place::Empty => false,
            Place::Discard => true,
            Place::Connected(Connected { folder: Some(folder), .. }) => {
                spool::takes_files(folder).is_ok()
            }
            Place::Connected(printer) => printer.is_ready.load(Ordering::Relaxed),
        }
    }

    /// Prints a document, and tells `done` once what became of it: not in this thread, unless it is
    /// refused at once.
    pub fn print(&self, document: Document, done: impl FnOnce(Outcome) + Send + 'static) {
        match &self.0 {
            Place::Empty => done(Err(NotReady)),
            Place::Discard => done(Ok(())),
            Place::Connected(printer) => {
                let job = Job { document, done: Done(Some(Box::new(done))) };
                if printer.jobs.try_send(job).is_err() {
                    // The job came back and is dropped, which tells it.
                    tracing::warn!("a document is not printed: too many wait for the printer");
                }
            }
        }
    }
}

/// What the thread of the printer goes by.
struct Tuning {
    patience: Duration,
    settings: Arc<Mutex<PrinterSettings>>,
}

/// How long a printer may take.
fn patience(usual: Duration, settings: PrinterSettings) -> Duration {
    settings.timeout.map_or(usual, |timeout| Duration::from_millis(timeout.into()))
}

/// Prints until nobody can send documents any more.
fn serve(
    mut device: Box<dyn Device>,
    queue: &Receiver<Job>,
    is_ready: &AtomicBool,
    tuning: &Tuning,
) {
    loop {
        let next = if is_ready.load(Ordering::Relaxed) {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            queue.recv_timeout(LOOK)
        };
        match next {
            Ok(Job { document, done }) => {
                let settings = *tuning.settings.lock().unwrap_or_else(PoisonError::into_inner);
                let printed = device.print(&document, patience(tuning.patience, settings));
                is_ready.store(printed.is_ok(), Ordering::Relaxed);
                if let Err(error) = &printed {
                    tracing::warn!("a document is not printed: {error}");
                }
                drop(document);
                done.tell(printed.map_err(|_| NotReady));
                thread::sleep(Duration::from_millis(settings.delay.into()));
            }
            Err(RecvTimeoutError::Timeout) => {
                is_ready.store(device.look().is_ok(), Ordering::Relaxed);
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Done {
    fn tell(mut self, outcome: Outcome) {
        if let Some(done) = self.0.take() {
            done(outcome);
        }
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done(Err(NotReady));
        }
    }
}

#[cfg(test)]
mod tests;
