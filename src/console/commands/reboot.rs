//! `REBOOT` Start the device anew.

use appliance::Action;

use crate::answers::Yes;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("REBOOT", "Restart the appliance: ends what is authorised, clears a tamper", run)
        .for_provider()
        .audited();

/// Keys, settings and connections stay. On a device it is the power switch.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Yes(sure) = desk.ask_as("Restart the appliance? [Y/N]: ")?;
    if !sure {
        return Ok(());
    }
    desk.did(Action::Restart);
    desk.appliance().restart().or_else(|fault| Stop::no(fault.to_string()))?;
    let state = desk.state();
    desk.tell("HSM has restarted")?;
    match (state.tamper, state.monitoring.stimulus) {
        (Some(_), Some(cause)) => {
            desk.tell(format!("The tamper cannot be cleared while {} lasts", cause.word()))
        }
        _ => Ok(()),
    }
}
