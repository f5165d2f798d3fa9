//! `CL` Configure alarms.

use appliance::{Action, MotionAlarm};

use super::cs::kept;
use super::ql::word;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CL", "Configure the alarm for motion", run).secure().audited();

/// The alarm for temperature is always on.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let present = word(desk.state().monitoring.motion);
    let prompt = format!("Motion alarm [Low/Med/High/ofF] ({present}): ");
    let alarm = kept(desk, &prompt, |text| match text.to_ascii_uppercase().as_str() {
        "L" | "LOW" => Some(MotionAlarm::Low),
        "M" | "MED" => Some(MotionAlarm::Medium),
        "H" | "HIGH" => Some(MotionAlarm::High),
        "F" | "OFF" => Some(MotionAlarm::Off),
        _ => None,
    })?;
    if let Some(alarm) = alarm {
        desk.change(|state| state.monitoring.motion = alarm)?;
        desk.did(Action::Alarms);
    }
    desk.tell(format!("Motion alarm: {}", word(desk.state().monitoring.motion)))
}
