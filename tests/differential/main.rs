//! Random messages, whose replies an independent model in Python foretells.
//!
//! Runs where there is Python with pycryptodome, in `target/python` or as `python3`. `CASES=10000` tries as many
//! cases of each command; `SEED=2` others.

#![expect(clippy::print_stdout, reason = "a test that is skipped has to say so")]

use std::env;
use std::path::Path;
use std::process::Command;

/// Cases of each command, unless CASES says otherwise.
const CASES: &str = "40";

/// A Python that has the package.
fn python(folder: &Path) -> Option<String> {
    let own = folder.join("target/python/bin/python3").to_string_lossy().into_owned();
    let has_package = |python: &String| {
        let asked = Command::new(python).args(["-c", "import Crypto.Cipher"]).output();
        asked.is_ok_and(|asked| asked.status.success())
    };
    [own, "python3".to_owned()].into_iter().find(has_package)
}

#[test]
fn an_independent_model_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(python) = python(folder) else {
        println!(
            "skipped: there is no Python with pycryptodome; `python3 -m venv target/python && \
             target/python/bin/pip install pycryptodome` makes one"
        );
        return;
    };
    let output = Command::new(python)
        .arg("-B")
        .arg(folder.join("tests/differential/run.py"))
        .args(["--program", env!("CARGO_BIN_EXE_strongroom")])
        .args(["--cases", &env::var("CASES").unwrap_or_else(|_| CASES.to_owned())])
        .args(["--seed", &env::var("SEED").unwrap_or_else(|_| "1".to_owned())])
        .arg("--vectors")
        .arg(folder.join("vectors/crypto"))
        .output()
        .expect("Python runs");
    let [told, wrong] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{told}{wrong}");
    let commands = told.lines().filter(|line| line.contains(" cases, ")).count();
    assert!(commands >= 25, "only {commands} commands were tried:\n{told}");
    println!("{told}");
}
