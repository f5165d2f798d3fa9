//! Random messages, whose replies an independent model in Python foretells.
//!
//! Runs where there is Python with pycryptodome, in `target/python` or as `python3`. `CASES=10000` tries as many
//! cases of each command; `SEED=2` others.

#![expect(clippy::print_stdout, reason = "a test that is skipped has to say so")]

mod python;

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

use host_commands::{COMMANDS, FAMILIES};

/// Cases of each command, unless CASES says otherwise.
const CASES: &str = "40";

/// Families whose commands are all tried.
const TRIED: [&str; 5] = ["pin", "card", "mac", "data", "hash"];

/// Commands of those families that no model can foretell, and why.
const NOT_FORETOLD: &[(&str, &str)] = &[
    ("BM", "answers nothing but a code, and changes what all others answer"),
    ("BQ", "its PIN under the LMK has to come from an HSM with another setting"),
    ("CE", DIEBOLD),
    ("CG", DIEBOLD),
    ("CO", DIEBOLD),
    ("EG", DIEBOLD),
    ("GA", DIEBOLD),
    ("GS", DIEBOLD),
    ("LY", "needs an LMK in key change storage, which others must not have"),
];

const DIEBOLD: &str = "the algorithm is not public, so that it answers 68";

#[test]
fn an_independent_model_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(python) = python::with("import Crypto.Cipher") else {
        println!("skipped: {}", python::advice(&["pycryptodome"]));
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
    let tried =
        told.lines().filter(|line| line.contains(" cases, ")).filter_map(|line| line.get(..2));
    let known = NOT_FORETOLD.iter().map(|(code, _)| *code);
    let covered: BTreeSet<&str> = tried.chain(known).collect();
    let families = COMMANDS.iter().zip(FAMILIES).filter(|(_, family)| TRIED.contains(family));
    let codes: Vec<_> = families.map(|(entry, _)| entry.spec.code).collect();
    for code in &codes {
        let code = std::str::from_utf8(code).expect("codes are ASCII");
        assert!(covered.contains(code), "{code} was not tried:\n{told}");
    }
    for code in covered {
        let is_there = COMMANDS.iter().any(|entry| entry.spec.code == code.as_bytes());
        assert!(is_there, "{code} is tried or excused, and is not there");
    }
    println!("{told}");
}
