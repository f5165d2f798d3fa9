//! Threads for messages that take their time, so that nobody else waits for an RSA key or a disk.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

/// How much a thread for slow commands stands back behind the others, of 19.
const NICENESS: i32 = 19;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that work off a queue. They end when the pool is dropped and the queue is empty.
///
/// The queue has no limit of its own: a connection waits for its message, so it has one there at most.
#[derive(Debug)]
pub(super) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// For much work: threads of low priority, one less than there are processors.
    pub(super) fn of_slow_commands() -> io::Result<Self> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self::start("slow-command", processors.saturating_sub(1).max(1), NICENESS)
    }

    /// For waiting: one thread, as changes of what the appliance keeps follow one another.
    pub(super) fn of_changes() -> io::Result<Self> {
        Self::start("change", 1, 0)
    }

    fn start(name: &str, threads: usize, niceness: i32) -> io::Result<Self> {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let queue = Arc::clone(&queue);
            let work = move || work(&queue, niceness);
            thread::Builder::new().name(name.to_owned()).spawn(work)?;
        }
        Ok(Self { jobs })
    }

    /// Has it done when a thread is free.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // The threads live as long as the pool.
        let _ = self.jobs.send(Box::new(job));
    }
}

fn work(queue: &Mutex<Receiver<Job>>, niceness: i32) {
    // Where the system does not let it, slow commands compete with the others; nothing else changes.
    let _ = rustix::process::nice(niceness);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(job) = next() {
        job();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_run_at_their_priority_and_finish_after_the_pool_is_gone() {
        let own = rustix::process::nice(0).expect("a thread has a priority");
        let low = (own + NICENESS).min(NICENESS);
        for (pool, expected) in [(Pool::of_slow_commands(), low), (Pool::of_changes(), own)] {
            let pool = pool.expect("threads start");
            let (sender, results) = channel();
            for number in 0..20 {
                let sender = sender.clone();
                pool.run(move || {
                    let niceness = rustix::process::nice(0).expect("a thread has a priority");
                    sender.send((number, niceness)).expect("the test waits");
                });
            }
            drop((pool, sender));
            let mut results: Vec<_> = results.iter().collect();
            results.sort_unstable();
            assert_eq!(results, (0..20).map(|number| (number, expected)).collect::<Vec<_>>());
        }
    }
}
