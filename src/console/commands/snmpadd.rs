//! `SNMPADD` Add a user of SNMP.

use appliance::Action;

use super::snmp::NOTHING;
use crate::answers::Name;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SNMPADD", "Add a user of SNMP version 3", run).secure().audited();

/// Users at most (inferred).
const MOST: usize = 10;

/// Passwords are not asked for, as nothing would ever be done with them.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Name(name) = desk.ask_as("Enter user name: ")?;
    let users = &desk.state().monitoring.snmp.users;
    if users.contains(&name) {
        return Stop::no("User exists already");
    }
    if users.len() >= MOST {
        return Stop::no("No room for another user");
    }
    desk.change(|state| state.monitoring.snmp.users.push(name.clone()))?;
    desk.did(Action::SnmpUserAdded);
    desk.tell(format!("User {name} added"))?;
    desk.tell(NOTHING)
}
