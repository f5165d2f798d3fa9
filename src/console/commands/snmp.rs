//! `SNMP` View the settings for SNMP.

use appliance::{Action, Mode};

use super::cs::{kept, yes};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("SNMP", "View the settings for SNMP and its users; in secure state, switch it", run);

/// What is said wherever settings of SNMP are shown.
pub(super) const NOTHING: &str =
    "This appliance neither sends nor answers SNMP: these settings are kept and shown only";

fn run(desk: &mut Desk<'_>) -> Outcome {
    let snmp = desk.state().monitoring.snmp.clone();
    let on = if snmp.enabled { "ENABLED" } else { "DISABLED" };
    desk.tell(format!("SNMP is {on}"))?;
    desk.tell("V3 users:")?;
    if snmp.users.is_empty() {
        desk.tell("none")?;
    }
    for user in &snmp.users {
        desk.tell(format!("  {user}"))?;
    }
    desk.tell(NOTHING)?;
    if desk.state().mode() != Mode::Secure {
        return Ok(());
    }
    let enable = kept(desk, &format!("Enable SNMP? [Y/N] ({on}): "), yes)?;
    match enable {
        Some(enabled) => {
            desk.change(|state| state.monitoring.snmp.enabled = enabled)?;
            desk.did(Action::SnmpState);
            Ok(())
        }
        None => Ok(()),
    }
}
