//! `TD` Translate a decimalisation table.

use appliance::Category;

use crate::answers::{Loaded, TableUnderLmk};
use crate::screens::grouped;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("TD", "Translate a decimalisation table from the old LMK to the new one", run);

/// The work is that of the host command LO.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    desk.authorised(lmk, Category::Misc, "console")?;
    let TableUnderLmk(table) = desk.ask()?;
    let (_, table) = desk.work(&format!("LO{table}%{:02}", lmk.0))?;
    desk.tell(format!("Encrypted decimalization table: {}", grouped(table.as_bytes())))
}
