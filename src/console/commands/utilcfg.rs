//! `UTILCFG` Configure the measurement of load.

use appliance::{Action, Mode};

use super::cs::kept;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new(
    "UTILCFG",
    "View the measurement period for load; not online, change it",
    run,
);

/// Shorter periods than ten seconds say little.
fn run(desk: &mut Desk<'_>) -> Outcome {
    tell(desk)?;
    if desk.state().mode() == Mode::Online {
        return Ok(());
    }
    let typed = kept(desk, "Enter measurement period in seconds [1-60]: ", |text| {
        text.parse().ok().filter(|period| (1..=60).contains(period))
    })?;
    match typed {
        None => Ok(()),
        Some(period) => {
            desk.change(|state| state.monitoring.period = period)?;
            desk.did(Action::UtilisationSet);
            tell(desk)
        }
    }
}

fn tell(desk: &mut Desk<'_>) -> Outcome {
    let period = desk.state().monitoring.period;
    desk.tell(format!("Measurement period for instantaneous statistics is {period} seconds"))
}
