//! `RESET` Reset to the state as delivered.

use appliance::State;

use crate::{Command, Desk, Outcome, answers::Yes};

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
    desk.change(|state| {
        // Number of connections and clock are matters of the machine, the licence is one of its owner.
        let State { connections, clock, licence, .. } = *state;
        *state = State { connections, clock, licence, ..State::default() };
    })?;
    desk.appliance().fraud().reset_counts();
    desk.appliance().forget();
    desk.tell("HSM has been reset to factory settings")
}
