//! `RESET` Reset to the state as delivered.

use appliance::{Action, State};

use crate::{Command, Desk, Outcome, Stop, answers::Yes};

pub(super) const COMMAND: Command =
    Command::new("RESET", "Reset the appliance to the state as delivered: erase everything", run)
        .secure()
        .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Yes(sure) = desk.ask_as("Reset to factory settings: all keys and settings are lost. Continue? [Y/N]: ")?;
    let Yes(certain) = if sure { desk.ask_as("Are you sure? [Y/N]: ")? } else { Yes(false) };
    if !certain {
        return desk.tell("Reset aborted");
    }
    desk.appliance().fraud().reset_counts();
    desk.change(|state| {
        // Clock and what it is for are matters of the machine, the licence is one of its owner.
        let State { clock, is_development, licence, .. } = *state;
        let host_ports = std::sync::Arc::new(state.host_ports.of_machine());
        *state = State { clock, is_development, licence, host_ports, ..State::default() };
    })?;
    desk.appliance().forget();
    desk.appliance().audit_log().clear().or_else(|fault| Stop::no(fault.to_string()))?;
    desk.appliance().errors().clear();
    desk.did(Action::FactoryReset);
    desk.tell("HSM has been reset to factory settings")
}
