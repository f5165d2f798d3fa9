//! `RIGHT` Turn the right key.

use super::left::turn;
use crate::Command;
use crate::card::Side;

pub(super) const COMMAND: Command = Command::new(
    "RIGHT",
    "Turn the right key: open with its card and PIN, lock without",
    |desk| turn(desk, Side::Right),
)
.audited();
