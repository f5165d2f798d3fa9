//! `TRAPDEL` Delete a place where traps go.

use appliance::Action;

use crate::answers::Number;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("TRAPDEL", "Delete a place where SNMP traps go", run).secure().audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Number::<1, 99>(number) = desk.ask_as("Enter number of trap, as TRAP shows it: ")?;
    let at = number as usize - 1;
    if at >= desk.state().monitoring.snmp.traps.len() {
        return Stop::no("No such trap");
    }
    desk.change(|state| state.monitoring.snmp.traps.remove(at))?;
    desk.did(Action::Miscellaneous);
    desk.tell("Trap deleted")
}
