//! `BK` Build a key.

use super::fk::{Kind, form};
use crate::answers::Number;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("BK", "Build a BDK, CVK or ZPK from clear components", run);

/// A BDK has double length, a CVK or ZPK single.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Number::<0, 2>(kind) = desk.ask_as("Enter key type [0=BDK, 1=CVK, 2=ZPK]: ")?;
    let (code, is_double) = match kind {
        0 => (*b"009", true),
        1 => (*b"402", false),
        _ => (*b"001", false),
    };
    let to = desk.fixed(code, is_double)?;
    let Number::<2, 9>(count) = desk.ask_as("Enter number of components (2-9): ")?;
    form(desk, &to, Kind::Xor, count)
}
