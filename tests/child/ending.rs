//! How tests end the programs that they start.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A program has this long to stop in order.
const GRACE: Duration = Duration::from_secs(10);

/// Orders a program to stop, so that it removes what it made, and waits; kills it if it does not obey.
pub(crate) fn end(child: &mut Child) {
    // It may have ended on its own; then there is nothing to do.
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
    let begun = Instant::now();
    while begun.elapsed() < GRACE {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
}
