//! `SNMPDEL` Delete a user of SNMP.

use appliance::Action;

use crate::answers::Name;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SNMPDEL", "Delete a user of SNMP version 3", run).secure().audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Name(name) = desk.ask_as("Enter user name: ")?;
    if !desk.state().monitoring.snmp.users.contains(&name) {
        return Stop::no("No such user");
    }
    desk.change(|state| state.monitoring.snmp.users.retain(|own| *own != name))?;
    desk.did(Action::SnmpUserDeleted);
    desk.tell(format!("User {name} deleted"))
}
