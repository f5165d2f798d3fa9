//! The host command vectors, sent to a development server over TCP by `strongroom vectors run`.

#[path = "child/ending.rs"]
mod ending;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// Settings without a file.
const DEFAULT: &str = "default";

/// Names of the test LMKs in vectors, and of their ports in the lines that `serve` prints.
const LMKS: [(&str, &str); 3] =
    [("variant-test", "LMK 00"), ("key-block-test", "LMK 01"), ("aes-key-block-test", "LMK 02")];

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// A development server that runs until it is dropped.
struct Server {
    child: Child,
    /// Open as long as the server runs, so that it can write.
    _out: BufReader<ChildStdout>,
    lines: Vec<String>,
}

impl Server {
    fn start(settings: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["serve", "--dev", "--seed", "1", "--listen", "127.0.0.1:0"]);
        if settings != DEFAULT {
            command
                .arg("--config")
                .arg(vectors().join("settings").join(settings).with_extension("toml"));
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let mut out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines =
            out.by_ref().lines().map_while(Result::ok).take_while(|line| line != "ready").collect();
        Self { child, _out: out, lines }
    }

    /// Address of the port that the server calls `name`.
    fn port(&self, name: &str) -> &str {
        let mut ports =
            self.lines.iter().filter_map(|line| line.strip_prefix("host port ")?.split_once(' '));
        let found = ports.find(|&(_, called)| called == name).map(|(address, _)| address);
        found.unwrap_or_else(|| panic!("no port for {name} in {:?}", self.lines))
    }

    /// Runs all vectors that hold under these settings.
    fn run(&self, settings: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["vectors", "run", "--report", "json", "--settings", settings]);
        command.args(["--target", self.port("default LMK")]);
        for (lmk, name) in LMKS {
            command.arg("--lmk").arg(format!("{lmk}={}", self.port(name)));
        }
        command.arg(vectors().join("host")).output().expect("the program is built")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// All cases of all settings that were run, as reported.
fn reports() -> Vec<Value> {
    let files = fs::read_dir(vectors().join("settings")).expect("settings");
    let names = files.map(|file| {
        let path = file.expect("a file").path();
        path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned()
    });
    let mut cases = Vec::new();
    for settings in [DEFAULT.to_owned()].into_iter().chain(names) {
        let output = Server::start(&settings).run(&settings);
        let told = String::from_utf8_lossy(&output.stderr);
        let mut report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("no report for settings {settings}: {error}: {told}"));
        let Value::Array(found) = report["cases"].take() else { panic!("no cases: {told}") };
        cases.extend(found.into_iter().filter(|case| case["outcome"] != "skipped"));
    }
    cases
}

fn commands(case: &Value) -> BTreeSet<&str> {
    case["commands"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Commands that are known by name only: their cases wait until they are built.
fn named() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_strongroom"))
        .args(["commands", "--json"])
        .output()
        .expect("the program is built");
    let listing: Vec<Value> = serde_json::from_slice(&output.stdout).expect("an array");
    let code = |row: &Value| row["code"].as_str().map(str::to_owned);
    listing.iter().filter(|row| row["status"] == "named").filter_map(code).collect()
}

#[test]
fn replies_are_as_the_vectors_say() {
    let (cases, named) = (reports(), named());
    let waits = |case: &&Value| commands(case).iter().any(|code| named.contains(*code));
    let built: Vec<_> = cases.iter().filter(|case| !waits(case)).collect();
    let wrong: Vec<String> =
        built.iter().filter(|case| case["outcome"] == "failed").map(|case| told(case)).collect();
    assert!(!built.is_empty(), "no case was run");
    assert!(
        wrong.is_empty(),
        "{} of {} cases failed:\n{}",
        wrong.len(),
        built.len(),
        wrong.join("\n")
    );
}

fn told(case: &Value) -> String {
    let text = |field: &str| case[field].as_str().unwrap_or_default();
    let [name, reason, expected, got] = ["name", "reason", "expected", "got"].map(text);
    format!("{name}: {reason}\n    expected {expected}\n    got      {got}")
}
