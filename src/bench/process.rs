//! Processes: what they use, and the ones the benchmark starts and ends.

use super::Failure;
use rustix::process::{Pid, Resource, Rlimit, Signal};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// A server has this long to get ready.
const READY: Duration = Duration::from_secs(30);
/// A child has this long to stop in order before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// A process that can be looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Process(pub(super) u32);

impl Process {
    /// CPU time of all its threads since they started, in nanoseconds.
    ///
    /// From the scheduler's own account (`schedstat`), which does not count in ticks.
    pub(super) fn cpu(self) -> Option<u64> {
        let mut sum = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.0)).ok()? {
            // A thread may end between the listing and the reading.
            if let Ok(text) = fs::read_to_string(thread.ok()?.path().join("schedstat")) {
                sum += first_number(&text)?;
            }
        }
        (sum > 0).then_some(sum)
    }

    /// Memory that it holds, in bytes.
    pub(super) fn resident(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(first_number(line)? * 1024)
    }
}

/// CPU time of the calling thread, in nanoseconds.
pub(super) fn own_cpu() -> Option<u64> {
    first_number(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
}

fn first_number(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().next()?.parse().ok()
}

/// A flag that Ctrl-C and SIGTERM set from now on, so that children are ended in any case.
pub(super) fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let broken = |error: io::Error| Failure::Process(format!("cannot watch for signals: {error}"));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(broken)?;
    let mut signals = {
        let _context = runtime.enter();
        let of = |kind| signal(kind).map_err(broken);
        (of(SignalKind::interrupt())?, of(SignalKind::terminate())?)
    };
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = signals.0.recv() => {}, _ = signals.1.recv() => {} }
        });
        set.store(true, Ordering::Relaxed);
    });
    Ok(flag)
}

/// Allow this process, and the children it starts, as many open files as the system lets it.
pub(super) fn raise_file_limit() {
    let Rlimit { maximum, .. } = rustix::process::getrlimit(Resource::Nofile);
    // Where it is refused, opening connections says so later.
    let _ = rustix::process::setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// A child process that is ended and reaped when this is dropped.
#[derive(Debug)]
pub(super) struct Offspring {
    child: Child,
    /// What it printed before it was ready.
    lines: Vec<String>,
    named: String,
}

impl Offspring {
    /// Start this program with other arguments and wait until it prints `ready`.
    pub(super) fn start(arguments: &[String], stop: &AtomicBool) -> Result<Self, Failure> {
        let named = arguments.join(" ");
        let program = std::env::current_exe()
            .map_err(|error| Failure::Process(format!("cannot find this program: {error}")))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::Process(format!("cannot start `{named}`: {error}")))?;
        let output = child.stdout.take();
        let mut offspring = Self { child, lines: Vec::new(), named };
        let (sender, lines) = mpsc::channel();
        // Read to the end, or a chatty child would block on a full pipe.
        thread::spawn(move || {
            let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines());
            lines.map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        let end = Instant::now() + READY;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(Failure::Interrupted);
            }
            match lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) if line.trim() == "ready" => return Ok(offspring),
                Ok(line) => offspring.lines.push(line),
                Err(RecvTimeoutError::Timeout) if Instant::now() < end => {}
                Err(_) => {
                    let named = &offspring.named;
                    return Err(Failure::Process(format!(
                        "`{named}` did not get ready; run it by hand to see why"
                    )));
                }
            }
        }
    }

    /// The address in the first line that starts so.
    pub(super) fn address(&self, line_start: &str) -> Result<SocketAddr, Failure> {
        let address = self.lines.iter().find_map(|line| address_in(line, line_start));
        address.ok_or_else(|| {
            let named = &self.named;
            Failure::Process(format!("`{named}` printed no line `{line_start} ADDR:PORT`"))
        })
    }

    /// To look at what it uses.
    pub(super) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Offspring {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM);
        drop(self.child.stdin.take());
        let end = Instant::now() + GRACE;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in a line such as `host port 127.0.0.1:1500 default LMK`.
fn address_in(line: &str, line_start: &str) -> Option<SocketAddr> {
    line.strip_prefix(line_start)?.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_of_the_host_port() {
        let local = Some(SocketAddr::from(([127, 0, 0, 1], 1500)));
        assert_eq!(address_in("host port 127.0.0.1:1500 default LMK", "host port"), local);
        assert_eq!(address_in("console port 127.0.0.1:1500", "host port"), None);
        assert_eq!(address_in("host port", "host port"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_cpu_and_memory() {
        let own = Process(std::process::id());
        let before = own.cpu();
        let (mut sum, end) = (0_u64, Instant::now() + Duration::from_secs(10));
        // The account is brought up to date with the scheduler's ticks.
        while own.cpu() <= before && Instant::now() < end {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        assert!(own.cpu() > before, "{before:?}");
        assert!(own.resident().is_some_and(|bytes| bytes > 100_000));
        assert!(own_cpu().is_some());
    }
}
