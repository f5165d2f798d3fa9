//! Interrupts a server at a step of what it does with its files. What a step is says the server itself: every call to the
//! system that changes a file counts (`steps.c`), so that none can be forgotten, and nothing is built into the product.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::place::Place;

/// What happens at a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum By {
    /// The process is killed before it.
    Kill,
    /// The process is killed when half is written.
    Half,
    /// The disk is full.
    Full,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Half => "half",
            Self::Full => "fail",
        }
    }
}

/// One run: a server that is interrupted once steps count.
pub(crate) struct Steps {
    armed: PathBuf,
    taken: PathBuf,
}

impl Steps {
    /// Prepares a server of a place. Without a number it is not interrupted.
    pub(crate) fn new(place: &Place, command: &mut Command, at: Option<(usize, By)>) -> Self {
        let _ = fs::create_dir_all(&place.cards);
        let steps = Self { armed: place.cards.join("armed"), taken: place.cards.join("steps") };
        for file in [&steps.armed, &steps.taken] {
            let _ = fs::remove_file(file);
        }
        command.env("LD_PRELOAD", library());
        // The folder of the root key begins with the same name.
        command.env("STEPS_BELOW", place.folders().state);
        command.env("STEPS_FROM", &steps.armed).env("STEPS_TO", &steps.taken);
        if let Some((at, by)) = at {
            command.env("STEPS_AT", at.to_string()).env("STEPS_BY", by.name());
        }
        steps
    }

    /// From now on steps count.
    pub(crate) fn arm(&self) {
        fs::write(&self.armed, "").expect("room");
    }

    /// Those that were begun: call and path.
    pub(crate) fn taken(&self) -> Vec<String> {
        let taken = fs::read_to_string(&self.taken).unwrap_or_default();
        taken.lines().map(str::to_owned).collect()
    }
}

/// The library that counts, built once. Whoever builds Rust programs has a C compiler, which links them.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let name = format!("steps-{}.so", std::process::id());
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/erasure/steps.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&library, &source])
            .status();
        assert!(built.is_ok_and(|status| status.success()), "cc does not build steps.c");
        library
    })
}

/// Runs something interrupted at every step and in every manner, until a step is not reached any more. `run` returns the
/// steps that were begun, which say what the next ones are.
pub(crate) fn at_every_step(
    manners: &[By],
    mut run: impl FnMut(Option<(usize, By)>) -> Vec<String>,
) -> Vec<String> {
    let mut steps = run(None);
    let mut at = 0;
    while at < steps.len() {
        for by in manners {
            // Half of anything else is nothing of it.
            if *by == By::Half && !steps[at].contains("write") {
                continue;
            }
            let taken = run(Some((at, *by)));
            assert!(taken.len() <= 2 * steps.len() + 20, "it goes on and on: {taken:?}");
            if taken.len() > steps.len() && *by != By::Full {
                steps = taken;
            }
        }
        at += 1;
    }
    steps
}
