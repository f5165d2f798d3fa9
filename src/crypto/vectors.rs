//! Vector suites: loops over the data files in /vectors/crypto.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::Path;

use serde_json::Value;

use crate::key::{Algorithm, ClearKey};
use crate::pin::Account;
use crate::tests::{Vector, vectors};

/// One vector: named inputs, and one output or several named ones.
pub(crate) struct Row(Vector);

impl Deref for Row {
    type Target = Vector;

    fn deref(&self) -> &Vector {
        &self.0
    }
}

impl Row {
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.0.input(name).is_null()
    }

    /// An input as text.
    pub(crate) fn input(&self, name: &str) -> &[u8] {
        let value = self.0.input(name).as_str();
        value.unwrap_or_else(|| panic!("{}: no input {name}", self.id())).as_bytes()
    }

    /// An input as a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        let value = self.0.input(name).as_u64();
        value.unwrap_or_else(|| panic!("{}: no {name}", self.id()))
    }

    /// An input in hexadecimal.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.input(name))
            .unwrap_or_else(|fault| panic!("{}: {name}: {fault}", self.id()))
    }

    pub(crate) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap_or_else(|_| panic!("{}: length of {name}", self.id()))
    }

    /// An input in hexadecimal as a TDES key.
    pub(crate) fn tdes_key(&self, name: &str) -> ClearKey {
        ClearKey::new(Algorithm::Tdes, &self.bytes(name)).expect("TDES key")
    }

    /// An input in hexadecimal as an AES key.
    pub(crate) fn aes_key(&self, name: &str) -> ClearKey {
        ClearKey::new(Algorithm::Aes, &self.bytes(name)).expect("AES key")
    }

    /// The account number, whole or 12 digits of it.
    pub(crate) fn account(&self) -> Account<'_> {
        if self.has("pan12") {
            Account::twelve(self.input("pan12")).expect("account")
        } else {
            Account::full(self.input("pan")).expect("account")
        }
    }

    pub(crate) fn output(&self) -> &str {
        self.0.output().as_str().unwrap_or_else(|| panic!("{}: several outputs", self.id()))
    }

    pub(crate) fn outputs(&self) -> &Value {
        self.0.output()
    }

    /// Checks the output as text.
    pub(crate) fn is(&self, text: &[u8]) {
        assert_eq!(self.output(), String::from_utf8_lossy(text), "{}", self.id());
    }

    /// Checks the output as bytes.
    pub(crate) fn is_bytes(&self, bytes: &[u8]) {
        assert_eq!(self.output(), hex::encode_upper(bytes), "{}", self.id());
    }

    /// Checks a named output as text.
    pub(crate) fn same(&self, name: &str, text: &[u8]) {
        let expected = self.0.output()[name].as_str();
        let expected = expected.unwrap_or_else(|| panic!("{}: no output {name}", self.id()));
        assert_eq!(expected, String::from_utf8_lossy(text), "{} {name}", self.id());
    }

    /// Checks a named output as bytes.
    pub(crate) fn same_bytes(&self, name: &str, bytes: &[u8]) {
        self.same(name, hex::encode_upper(bytes).as_bytes());
    }
}

/// Runs every row of a family. `run` gives None for an algorithm that it does not know; those must all be in
/// `not_covered`, each with the reason, and nothing else may be.
pub(crate) fn run(
    family: &str,
    not_covered: &[(&str, &str)],
    mut run: impl FnMut(&Row) -> Option<()>,
) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/crypto");
    let text =
        std::fs::read_to_string(folder.join(family).with_extension("jsonl")).expect("vectors");
    let mut left_out = BTreeSet::new();
    let mut ran = 0;
    for row in vectors(&text).map(Row) {
        if not_covered.iter().any(|(algorithm, _)| *algorithm == row.algorithm()) {
            left_out.insert(row.algorithm().to_owned());
        } else {
            run(&row).unwrap_or_else(|| panic!("{}: {} is not covered", row.id(), row.algorithm()));
            ran += 1;
        }
    }
    assert!(ran > 0 || !not_covered.is_empty(), "{family}: no rows");
    for (algorithm, reason) in not_covered {
        assert!(left_out.contains(*algorithm), "{family}: no {algorithm} left out for: {reason}");
    }
}
