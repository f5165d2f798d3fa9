//! `$` Calculate with a double-length DES key.

use super::n::calculate;
use crate::Command;

pub(super) const COMMAND: Command =
    Command::new("$", "Encrypt and decrypt a block with a double-length DES key", |desk| {
        calculate::<16>(desk, "Enter double length key: ")
    });
