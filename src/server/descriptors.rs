//! File descriptors: one per connection, and the usual limit is 1,024.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for everything but connections: listeners, files, the poller.
const OTHERS: u64 = 128;

/// Raises the limit of this process, if it is too low for so many connections and may be raised.
pub(super) fn raise(connections: usize) {
    let needed = OTHERS + connections as u64;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return;
    }
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    let set = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum });
    if set.is_err() || raised < needed {
        tracing::warn!(
            "{connections} connections need {needed} open files: raise the limit with `ulimit -n`"
        );
    }
}
