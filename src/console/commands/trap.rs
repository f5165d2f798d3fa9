//! `TRAP` View where traps go.

use appliance::{Action, Mode};

use super::cs::{kept, yes};
use super::snmp::NOTHING;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("TRAP", "View where SNMP traps go; in secure state, switch them", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let snmp = desk.state().monitoring.snmp.clone();
    let on = if snmp.traps_enabled { "ENABLED" } else { "DISABLED" };
    desk.tell(format!("SNMP traps are {on}"))?;
    if snmp.traps.is_empty() {
        desk.tell("No traps are configured")?;
    }
    for (number, trap) in (1..).zip(&snmp.traps) {
        desk.tell(format!("{number}: {} port {}", trap.ip(), trap.port()))?;
    }
    desk.tell(NOTHING)?;
    if desk.state().mode() != Mode::Secure {
        return Ok(());
    }
    let enable = kept(desk, &format!("Enable SNMP traps? [Y/N] ({on}): "), yes)?;
    match enable {
        Some(enabled) => {
            desk.change(|state| state.monitoring.snmp.traps_enabled = enabled)?;
            desk.did(Action::Miscellaneous);
            Ok(())
        }
        None => Ok(()),
    }
}
