//! What keeps the memory of a server from being seen by others: no core files, no debugger of the same user, no swap.
//!
//! Beyond this file: secrets are never in arguments or in the environment, whose contents anybody may see (LMKs come from
//! cards, or of test keys from the configuration), types that hold them print nothing, and of a panic only its place is
//! logged.

use std::fmt;
use std::io;

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// Why memory is not locked, so that keys may get into swap.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Unlocked {
    /// So many bytes may be locked, and growing beyond would be the end of the server.
    Limit(u64),
    /// The system says no.
    Refused(io::ErrorKind),
}

impl fmt::Display for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(bytes) => write!(f, "only {bytes} bytes of memory may be locked")?,
            Self::Refused(kind) => write!(f, "memory cannot be locked: {kind}")?,
        }
        f.write_str(
            ", so keys may get into swap: allow any number (`ulimit -l unlimited`, in systemd \
             LimitMEMLOCK=infinity), or switch swap off",
        )
    }
}

/// Writes no core files, lets no process of the same user look into this one, and locks memory that is or will be in use.
///
/// # Errors
/// [`Unlocked`], which is to be told to whoever keeps real keys; the rest is done in any case.
pub(crate) fn harden() -> Result<(), Unlocked> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Less is always allowed, and for this process alone.
    let core = setrlimit(Resource::Core, none).map_err(io::Error::from);
    let dumpable = set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(io::Error::from);
    if let Err(error) = core.and(dumpable) {
        tracing::warn!("core files are not switched off: {error}");
    }
    lock_memory()
}

fn lock_memory() -> Result<(), Unlocked> {
    // Some may raise it beyond its maximum, others up to it. What then is the limit counts.
    for maximum in [None, getrlimit(Resource::Memlock).maximum] {
        if setrlimit(Resource::Memlock, Rlimit { current: maximum, maximum }).is_ok() {
            break;
        }
    }
    if let Some(bytes) = getrlimit(Resource::Memlock).current {
        return Err(Unlocked::Limit(bytes));
    }
    // Pages are locked when they come into use: stacks of threads are long and mostly empty.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    mlockall(flags).map_err(|error| Unlocked::Refused(io::Error::from(error).kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardened_process_shows_its_memory_to_nobody() {
        let locked = harden();
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
        let dumpable = rustix::process::dumpable_behavior().expect("the system tells");
        assert_eq!(dumpable, DumpableBehavior::NotDumpable);
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
        let bytes = status.lines().find_map(|line| line.strip_prefix("VmLck:")).expect("a line");
        let is_locked = bytes.trim() != "0 kB";
        assert_eq!(locked.is_ok(), is_locked, "{locked:?}, but {bytes} are locked");
        // What comes after it is given memory all the same.
        let large = vec![1_u8; 64 << 20];
        let sum =
            std::thread::spawn(move || large.iter().map(|byte| usize::from(*byte)).sum::<usize>());
        assert_eq!(sum.join().expect("a thread"), 64 << 20);
    }

    #[test]
    fn who_reads_why_memory_is_not_locked_knows_what_to_do() {
        let told = Unlocked::Limit(65_536).to_string();
        assert!(told.starts_with("only 65536 bytes") && told.contains("LimitMEMLOCK=infinity"));
        let told = Unlocked::Refused(io::ErrorKind::PermissionDenied).to_string();
        assert!(told.starts_with("memory cannot be locked: permission denied, so keys"), "{told}");
    }
}
