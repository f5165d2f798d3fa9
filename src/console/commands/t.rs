//! `T` Calculate with a triple-length DES key.

use super::n::calculate;
use crate::Command;

pub(super) const COMMAND: Command =
    Command::new("T", "Encrypt and decrypt a block with a triple-length DES key", |desk| {
        calculate::<24>(desk, "Enter triple length key: ")
    });
