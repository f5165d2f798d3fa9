//! `TRAPADD` Add a place where traps go.

use std::net::{IpAddr, SocketAddr};

use appliance::Action;

use super::snmp::NOTHING;
use crate::answers::{Answer, Number};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("TRAPADD", "Add a place where SNMP traps go", run).secure().audited();

/// Places at most (inferred).
const MOST: usize = 5;

/// An address of the Internet protocol.
struct Address(IpAddr);

impl Answer for Address {
    const PROMPT: &'static str = "Enter IP address: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        text.parse().map(Self).map_err(|_| "Invalid entry")
    }
}

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Address(address) = desk.ask()?;
    let Number::<1, 65_535>(port) = desk.ask_as("Enter port [1-65535]: ")?;
    let trap = SocketAddr::new(address, u16::try_from(port).unwrap_or(u16::MAX));
    let traps = &desk.state().monitoring.snmp.traps;
    if traps.contains(&trap) {
        return Stop::no("Trap exists already");
    }
    if traps.len() >= MOST {
        return Stop::no("No room for another trap");
    }
    desk.change(|state| state.monitoring.snmp.traps.push(trap))?;
    desk.did(Action::Miscellaneous);
    desk.tell("Trap added")?;
    desk.tell(NOTHING)
}
