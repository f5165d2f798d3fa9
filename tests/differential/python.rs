//! Where there is a Python with some packages.

use std::path::Path;
use std::process::Command;

/// A Python that can do this: that of the project, or else the system's.
pub(crate) fn with(statement: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = folder.join("target/python/bin/python3").to_string_lossy().into_owned();
    let can = |python: &String| {
        let asked = Command::new(python).args(["-c", statement]).output();
        asked.is_ok_and(|asked| asked.status.success())
    };
    [own, "python3".to_owned()].into_iter().find(can)
}

/// What to do where there is none.
pub(crate) fn advice(packages: &[&str]) -> String {
    let packages = packages.join(" ");
    format!(
        "there is no Python with {packages}; `python3 -m venv target/python && \
         target/python/bin/pip install {packages}` makes one"
    )
}
