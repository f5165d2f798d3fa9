//! `HEALTHSTATS` View the health counts.

use appliance::{Action, Category, Health};

use crate::answers::Yes;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new(
    "HEALTHSTATS",
    "View starts, tampers and PINs that were tried, and set the counts to zero",
    run,
)
.offline();

/// The same counts as J8 reports.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    let (health, fraud) = (state.health, desk.appliance().fraud().counts());
    desk.tell(format!("HSM Serial Number: {}", desk.fact("Serial number").to_owned()))?;
    if let Some(since) = health.since {
        desk.tell(format!("Counts since: {since}"))?;
    }
    for (title, count) in [
        ("Number of reboots", health.restarts),
        ("Number of tampers", health.tampers),
        ("PIN verification failures per minute limit exceeded", fraud.minutes.into()),
        ("PIN verification failures per hour limit exceeded", fraud.hours.into()),
        ("PIN attacks", fraud.attacks.into()),
    ] {
        desk.tell(format!("{title}: {count}"))?;
    }
    desk.did(Action::HealthReported);
    let Yes(reset) = desk.ask_as("Reset statistics? [Y/N]: ")?;
    if reset {
        desk.authorised(state.management_lmk, Category::Diag, "console")?;
        desk.change(|state| state.health = Health::reset(state.clock.now()))?;
        desk.appliance().fraud().reset_counts();
        desk.did(Action::HealthReset);
        desk.tell("Statistics reset")?;
    }
    Ok(())
}
