//! `EJECT` Eject the card.

use crate::{Command, Desk, Outcome};

/// A virtual card is in the reader only while it is read or written.
pub(super) const COMMAND: Command =
    Command::new("EJECT", "Eject the smart card", |desk: &mut Desk<'_>| -> Outcome {
        desk.tell("Card ejected")
    });
