//! `QS` View the security settings.

use crate::security::QUESTIONS;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QS", "View the security settings", run);

/// Labels and order are those of the device, as far as it has them.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    desk.tell(format!("PIN length: {:02}", state.settings.pin_length.digits()))?;
    desk.tell(format!("Encrypted PIN length: {:02}", state.settings.lmk_pin_length()))?;
    desk.tell(format!("Default LMK id: {:02}", state.default_lmk.0))?;
    desk.tell(format!("Management LMK id: {:02}", state.management_lmk.0))?;
    for question in QUESTIONS {
        desk.tell(format!("{}: {}", question.label, question.value(&state.settings)))?;
    }
    Ok(())
}
