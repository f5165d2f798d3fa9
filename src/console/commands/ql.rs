//! `QL` View alarms.

use appliance::MotionAlarm;

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("QL", "View the alarms, and whether one has gone off", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    desk.tell("Temperature alarm: ON")?;
    desk.tell(format!("Motion alarm: {}", word(state.monitoring.motion)))?;
    let Some(tamper) = state.tamper else { return desk.tell("Tamper: none") };
    let at = tamper.at.map(|at| format!(" at {at}")).unwrap_or_default();
    desk.tell(format!("Tamper: {}{at}", tamper.cause.word()))?;
    desk.tell(match state.monitoring.stimulus {
        Some(_) => "The cause lasts: a restart does not clear the tamper",
        None => "A restart clears the tamper",
    })
}

/// As officers call it.
pub(super) const fn word(alarm: MotionAlarm) -> &'static str {
    match alarm {
        MotionAlarm::Off => "OFF",
        MotionAlarm::Low => "LOW",
        MotionAlarm::Medium => "MED",
        MotionAlarm::High => "HIGH",
    }
}
