//! `QS` View the security settings.

use crate::security::{GENERAL, QUESTIONS, Question};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QS", "View the security settings", run);

/// Labels and order are those of the device, as far as it has them.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    let line =
        |question: &Question| format!("{}: {}", question.label, question.value(&state.settings));
    let [pin_length, general @ ..] = GENERAL else { return Ok(()) };
    desk.tell(line(pin_length))?;
    desk.tell(format!("Encrypted PIN length: {:02}", state.settings.lmk_pin_length()))?;
    general.iter().try_for_each(|question| desk.tell(line(question)))?;
    desk.tell(format!("Default LMK id: {:02}", state.default_lmk.0))?;
    desk.tell(format!("Management LMK id: {:02}", state.management_lmk.0))?;
    QUESTIONS.iter().try_for_each(|question| desk.tell(line(question)))?;
    let pci = if state.settings.complies_with_pci() { "YES" } else { "NO" };
    desk.tell(format!("PCI HSM compliant settings: {pci}"))
}
