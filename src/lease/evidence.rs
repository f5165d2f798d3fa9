//! Evidence of release: signed records, each of which holds the hash of the one before.
//!
//! A file of evidence is text. Its first line is the [`Head`]: which appliance, and the public key of its identity. Each
//! further line is a record as JSON with its Ed25519 signature; both are over the very bytes that stand there. The
//! identity is no secret of a tenant: it lives as long as the appliance. Own format.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// The key with which an appliance signs.
#[derive(Debug)]
pub struct Identity(SigningKey);

/// First line of a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Serial number of the appliance.
    pub appliance: String,
    /// Ed25519 public key, 32 bytes in hexadecimal.
    pub public_key: String,
}

/// Who released it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The tenant, with two key cards.
    Tenant,
    /// The provider, on a documented request.
    Provider {
        /// Identifier of the request.
        request: String,
    },
}

/// What was erased of one class of data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The class.
    pub class: String,
    /// How many there were.
    pub count: u64,
    /// How: the key that sealed it was destroyed, it was overwritten, or both.
    pub method: String,
}

/// What was looked at afterwards.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What was searched for.
    pub what: String,
    /// How many places were looked at.
    pub searched: u64,
    /// How many of them hold something.
    pub found: u64,
}

/// One release.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Serial number of the appliance.
    pub appliance: String,
    /// Releases of this appliance so far, this one included.
    pub counter: u64,
    /// SHA-256 of the tenant's name, in hexadecimal.
    pub tenant: String,
    /// Who released it.
    pub actor: Actor,
    /// The state that it was in.
    pub state_before: crate::device::State,
    /// When the intent was written down.
    #[serde(with = "time::serde::rfc3339")]
    pub began: OffsetDateTime,
    /// When everything was erased and looked at.
    #[serde(with = "time::serde::rfc3339")]
    pub ended: OffsetDateTime,
    /// What was erased.
    pub erased: Vec<Erased>,
    /// What was looked at afterwards.
    pub checks: Vec<Check>,
    /// SHA-256 of the program, in hexadecimal.
    pub firmware: String,
    /// SHA-256 of the line's record before, or of the first line, in hexadecimal.
    pub previous: String,
}

impl Record {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        !self.checks.is_empty()
            && self.checks.iter().all(|check| check.searched > 0 && check.found == 0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    record: &'a RawValue,
    signature: String,
}

/// Why a file is no evidence.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Doubt {
    /// The first line that is wrong, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Identity {
    /// A new one.
    pub fn generate(randomness: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        randomness.fill_bytes(&mut seed[..]);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The one that was written down.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// What is to be written down to have it again: 32 secret bytes.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The key with which everybody can verify, in hexadecimal.
    pub fn public_key(&self) -> String {
        hex::encode(self.0.verifying_key().as_bytes())
    }

    /// First line of this appliance's evidence, with its line feed.
    pub fn head(&self, appliance: &str) -> String {
        line(&Head { appliance: appliance.to_owned(), public_key: self.public_key() })
    }

    /// A further line, with its line feed.
    pub fn sign(&self, record: &Record) -> String {
        let record = json(record);
        let signature = hex::encode(self.0.sign(record.as_bytes()).to_bytes());
        format!("{{\"record\":{record},\"signature\":\"{signature}\"}}\n")
    }
}

/// Hash of the last thing that a further record has to name as `previous`.
pub fn last_hash(evidence: &str) -> Option<String> {
    let mut lines = evidence.lines();
    let head = lines.next()?;
    match lines.next_back() {
        None => Some(hash(head)),
        Some(line) => Some(hash(serde_json::from_str::<Line<'_>>(line).ok()?.record.get())),
    }
}

/// Reads a file of evidence and believes nothing: every signature, every hash, every counter.
///
/// With `public_key` (hexadecimal) it must be that appliance's; without, the file vouches for itself alone.
///
/// # Errors
/// The first line that is wrong.
pub fn verify(evidence: &str, public_key: Option<&str>) -> Result<(Head, Vec<Record>), Doubt> {
    let doubt = |line: usize, reason: &str| Doubt { line, reason: reason.to_owned() };
    let mut lines = evidence.lines();
    let first = lines.next().ok_or_else(|| doubt(1, "the file is empty"))?;
    let head: Head = serde_json::from_str(first)
        .map_err(|error| doubt(1, &format!("it is not the head of a file of evidence: {error}")))?;
    if public_key.is_some_and(|expected| !expected.eq_ignore_ascii_case(&head.public_key)) {
        return Err(doubt(1, "it has the public key of another appliance"));
    }
    let mut bytes = [0; 32];
    let key = hex::decode_to_slice(&head.public_key, &mut bytes).ok();
    let key = key.and_then(|()| VerifyingKey::from_bytes(&bytes).ok());
    let key = key.ok_or_else(|| doubt(1, "the public key is none"))?;
    let (mut previous, mut records) = (hash(first), Vec::<Record>::new());
    for (text, number) in lines.zip(2..) {
        let doubt = |reason: &str| doubt(number, reason);
        let line: Line<'_> = serde_json::from_str(text)
            .map_err(|error| doubt(&format!("it is no record: {error}")))?;
        let mut bytes = [0; 64];
        let signature = hex::decode_to_slice(&line.signature, &mut bytes).ok();
        let signed = signature.is_some_and(|()| {
            key.verify_strict(line.record.get().as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
        });
        if !signed {
            return Err(doubt(
                "the signature does not verify: the record was altered, or another appliance made it",
            ));
        }
        let record: Record = serde_json::from_str(line.record.get())
            .map_err(|error| doubt(&format!("it is no record: {error}")))?;
        if record.appliance != head.appliance {
            return Err(doubt("it is the record of another appliance"));
        }
        if record.previous != previous {
            return Err(doubt(
                "it does not follow the line before it: one was removed or exchanged",
            ));
        }
        if record.counter != records.last().map_or(1, |before| before.counter + 1) {
            return Err(doubt("its counter does not follow that of the record before it"));
        }
        previous = hash(line.record.get());
        records.push(record);
    }
    Ok((head, records))
}

/// SHA-256 in hexadecimal, as it stands for a tenant's name.
pub fn hash(text: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(text))
}

fn json(value: &impl Serialize) -> String {
    // Structures of text and numbers always have a text.
    serde_json::to_string(value).unwrap_or_default()
}

fn line(value: &impl Serialize) -> String {
    json(value) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::State;

    fn identity() -> Identity {
        Identity::from_seed(&[7; 32])
    }

    fn record(counter: u64, previous: String) -> Record {
        let at = OffsetDateTime::UNIX_EPOCH;
        Record {
            appliance: "S0000000001D".into(),
            counter,
            tenant: hash("bank"),
            actor: Actor::Provider { request: "REQ-1".into() },
            state_before: State::Commissioned,
            began: at,
            ended: at + time::Duration::seconds(2),
            erased: vec![Erased { class: "LMKs".into(), count: 2, method: "key destroyed".into() }],
            checks: vec![Check { what: "files".into(), searched: 3, found: 0 }],
            firmware: hash("program"),
            previous,
        }
    }

    fn file(records: u64) -> String {
        let identity = identity();
        let mut file = identity.head("S0000000001D");
        for counter in 1..=records {
            let record = record(counter, last_hash(&file).expect("it has a last line"));
            file += &identity.sign(&record);
        }
        file
    }

    #[test]
    fn what_was_signed_verifies() {
        let (head, records) = verify(&file(3), None).expect("it is right");
        assert_eq!(head.appliance, "S0000000001D");
        assert_eq!(records.iter().map(|record| record.counter).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(records[2].is_clean());
        assert!(verify(&file(0), Some(&head.public_key)).expect("it is right").1.is_empty());
        let other = verify(&file(1), Some(&"00".repeat(32))).expect_err("another key");
        assert_eq!(other.line, 1);
    }

    #[test]
    fn one_changed_byte_anywhere_is_found_in_its_line() {
        let file = file(3);
        let mut line = 1;
        for at in 0..file.len() {
            let mut bytes = file.clone().into_bytes();
            if bytes[at] == b'\n' {
                line += 1;
                continue;
            }
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(bytes).expect("it is ASCII");
            let doubt = verify(&altered, None).expect_err("it was altered");
            // A wrong head is found there, or by the first signature or hash that it does not fit.
            assert!(doubt.line == line || (line == 1 && doubt.line == 2), "{line}: {doubt}");
        }
    }

    #[test]
    fn a_line_that_is_missing_or_comes_twice_is_found() {
        let file = file(3);
        let lines: Vec<_> = file.lines().collect();
        for wrong in [[0, 2, 3].as_slice(), &[0, 1, 3], &[0, 1, 1], &[0, 2, 1], &[1, 2]] {
            let text = wrong.iter().map(|at| lines[*at]).collect::<Vec<_>>().join("\n");
            assert!(verify(&text, None).is_err(), "{wrong:?}");
        }
        // The end can be cut off unseen: whoever allocates compares the counter with his own.
        assert_eq!(
            verify(&format!("{}\n{}\n", lines[0], lines[1]), None).map(|it| it.1.len()),
            Ok(1)
        );
    }

    #[test]
    fn a_check_that_found_something_or_looked_nowhere_is_not_clean() {
        let mut record = record(1, String::new());
        for (searched, found, clean) in [(1, 0, true), (0, 0, false), (5, 1, false)] {
            record.checks = vec![Check { what: "files".into(), searched, found }];
            assert_eq!(record.is_clean(), clean);
        }
        record.checks.clear();
        assert!(!record.is_clean());
    }
}
