//! The process of one appliance.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child as Process, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::supervision::{Say, Status};

/// How often is looked whether a process has ended.
const GLANCE: Duration = Duration::from_millis(10);

/// A process that runs, or did. It ends with the pool, whatever happens: its input ends then, which is its order.
#[derive(Debug)]
pub(super) struct Child {
    process: Process,
    /// None once it is told to end.
    input: Option<ChildStdin>,
    status: Arc<Mutex<Option<Status>>>,
}

impl Child {
    /// Starts one.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let output = output.ok_or(io::ErrorKind::BrokenPipe)?;
        let status = Arc::new(Mutex::new(None));
        let known = Arc::clone(&status);
        thread::Builder::new().name("appliance".to_owned()).spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(said) => {
                        *known.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
                    }
                    Err(error) => {
                        tracing::warn!("an appliance says what nobody understands: {error}");
                    }
                }
            }
        })?;
        Ok(Self { process, input, status })
    }

    /// What it said last; none before it is ready.
    pub(super) fn status(&self) -> Option<Status> {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says something to it.
    pub(super) fn say(&mut self, what: &Say) -> io::Result<()> {
        let line = serde_json::to_string(what)? + "\n";
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(line.as_bytes())?;
        input.flush()
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Its process number.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Tells it to end in order.
    pub(super) fn dismiss(&mut self) {
        self.input = None;
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) {
        // It may have ended on its own.
        let _ = self.process.kill();
    }

    /// Waits for its end; kills it if that takes too long.
    pub(super) fn wait(&mut self, patience: Duration) {
        let begun = Instant::now();
        while let Ok(None) = self.ended() {
            if begun.elapsed() > patience {
                self.kill();
                let _ = self.process.wait();
                return;
            }
            thread::sleep(GLANCE);
        }
    }
}
