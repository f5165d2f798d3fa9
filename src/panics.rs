//! What is told of a panic: where it was, never what it said, for that may hold data of a message.

use std::panic::{self, PanicHookInfo};

/// From now on a panic is logged by its place alone.
///
/// A host command that panics answers 41 and its connection lives on; everywhere else a panic ends
/// the thread, as ever.
pub(crate) fn log_places() {
    panic::set_hook(Box::new(|info| {
        let line = told(info);
        if tracing::dispatcher::has_been_set() {
            tracing::error!("{line}");
        } else {
            eprintln!("strongroom: {line}");
        }
    }));
}

fn told(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(ToString::to_string);
    format!("internal error at {}; please report it", place.as_deref().unwrap_or("no known place"))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_place_is_told_and_the_message_is_not() {
        let (sender, lines) = mpsc::channel();
        let before = panic::take_hook();
        // It stays: other tests of this process may panic at any time.
        panic::set_hook(Box::new(move |info| {
            drop(sender.send(told(info)));
            before(info);
        }));
        let outcome = panic::catch_unwind(|| panic!("{} of a message", "contents"));
        assert!(outcome.is_err());
        let told = lines.try_iter().find(|line| line.contains(file!())).expect("it is told");
        assert!(told.starts_with("internal error at src/panics.rs:"), "{told}");
        assert!(!told.contains("contents"), "{told}");
    }
}
