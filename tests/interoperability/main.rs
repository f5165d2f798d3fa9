//! Keys that are agreed on, certified and sent, as libraries of other makers see them: Python's cryptography and asn1crypto, and
//! OpenSSL's command line where there is one.

#![expect(clippy::print_stdout, reason = "a test that is skipped has to say so")]

#[path = "../differential/python.rs"]
mod python;

use std::path::Path;
use std::process::Command;

#[test]
fn other_libraries_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = ["cryptography", "asn1crypto", "pycryptodome"];
    let Some(python) = python::with("import cryptography, asn1crypto, Crypto.Cipher") else {
        println!("skipped: {}", python::advice(&packages));
        return;
    };
    let output = Command::new(python)
        .arg("-B")
        .arg(folder.join("tests/interoperability/peer.py"))
        .args(["--program", env!("CARGO_BIN_EXE_strongroom")])
        .output()
        .expect("Python runs");
    let [told, wrong] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{told}{wrong}");
    let counts = told.lines().filter(|line| line.contains(" agree")).count();
    assert_eq!(counts, 4, "{told}");
    println!("{told}");
}
