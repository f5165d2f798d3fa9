//! What the tests share: vector files and reproducible data.

use core::convert::Infallible;

use rand_core::TryRng;
use serde_json::Value;

/// One line of a file in `vectors/crypto`.
pub(crate) struct Vector(Value);

/// Reads a vector file, one JSON object per line.
pub(crate) fn vectors(lines: &str) -> impl Iterator<Item = Vector> {
    lines.lines().map(|line| Vector(serde_json::from_str(line).expect("a JSON object per line")))
}

impl Vector {
    /// Names the vector when it fails.
    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().expect("an id")
    }

    pub(crate) fn algorithm(&self) -> &str {
        self.0["algorithm"].as_str().expect("an algorithm")
    }

    /// An input as JSON; null if there is none.
    pub(crate) fn input(&self, name: &str) -> &Value {
        &self.0["inputs"][name]
    }

    /// An input given in hex.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        bytes(self.input(name))
    }

    /// The output as JSON.
    pub(crate) fn output(&self) -> &Value {
        &self.0["output"]
    }

    /// The output, given in hex.
    pub(crate) fn output_bytes(&self) -> Vec<u8> {
        bytes(self.output())
    }
}

/// A JSON string of hex digits.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("a string")).expect("hex digits")
}

/// A small reproducible source of test data.
pub(crate) struct Xorshift(u64);

impl Xorshift {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

impl TryRng for Xorshift {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.next().to_be_bytes()[0]);
        Ok(())
    }
}
