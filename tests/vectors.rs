//! The host command vectors, sent to a development server over TCP by `strongroom vectors run`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// Commands that have vectors and are not built yet: their cases may fail. A command whose cases all
/// hold must be taken off the list.
const NOT_BUILT: [&str; 45] = [
    "A4", "AE", "AG", "AU", "AW", "B0", "BQ", "BW", "BY", "CI", "CK", "CM", "CU", "DU", "DW", "DY",
    "EI", "EO", "EQ", "EU", "EW", "EY", "FA", "FC", "FE", "FK", "GC", "GG", "GI", "GM", "GO", "GW",
    "GY", "KA", "KW", "LG", "M4", "MA", "MC", "ME", "MG", "MI", "MQ", "MS", "PM",
];

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
        // It may have ended on its own; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

#[test]
fn replies_are_as_the_vectors_say() {
    let cases = reports();
    let failed = |case: &&Value| case["outcome"] == "failed";
    let excused = |case: &&Value| NOT_BUILT.iter().any(|code| commands(case).contains(code));

    let wrong: Vec<String> =
        cases.iter().filter(failed).filter(|case| !excused(case)).map(told).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases failed:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );

    for code in NOT_BUILT {
        let mut its = cases.iter().filter(|case| commands(case).contains(code)).peekable();
        let built = its.peek().is_some() && !its.any(|case| failed(&case));
        assert!(!built, "{code} holds: take it off NOT_BUILT");
    }
}

fn told(case: &Value) -> String {
    let text = |field: &str| case[field].as_str().unwrap_or_default();
    let [name, reason, expected, got] = ["name", "reason", "expected", "got"].map(text);
    format!("{name}: {reason}\n    expected {expected}\n    got      {got}")
}
