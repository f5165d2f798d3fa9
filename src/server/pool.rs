//! The threads for slow commands, so that nobody else waits for an RSA key.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

/// How much a thread here stands back behind the others, of 19.
const NICENESS: i32 = 19;

type Job = Box<dyn FnOnce() + Send>;

/// Threads of low priority, one less than there are processors.
///
/// The queue has no limit of its own: a connection waits for its slow command, so it has one there at most.
#[derive(Debug)]
pub(super) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// Starts the threads. They end when the pool is dropped and the queue is empty.
    pub(super) fn start() -> io::Result<Self> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..processors.saturating_sub(1).max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name("slow-command".to_owned()).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs })
    }

    /// Has it done when a thread is free.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // The threads live as long as the pool.
        let _ = self.jobs.send(Box::new(job));
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    // Where the system does not let it, slow commands compete with the others; nothing else changes.
    let _ = rustix::process::nice(NICENESS);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(job) = next() {
        job();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_run_at_low_priority_and_finish_after_the_pool_is_gone() {
        let pool = Pool::start().expect("threads start");
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
        assert_eq!(results, (0..20).map(|number| (number, NICENESS)).collect::<Vec<_>>());
    }
}
