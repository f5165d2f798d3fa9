//! `A5` Configure fraud detection.

use appliance::{Action, Category};

use super::cs::kept;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("A5", "Configure fraud detection", run)
    .offline()
    .authorised(Category::Audit)
    .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut limits = desk.state().settings.fraud_detection;
    let on = if limits.enabled { "ON" } else { "OFF" };
    desk.tell(format!("HSM reaction to exceeding the fraud limits is: {on}"))?;
    for (label, value) in [
        ("PIN verification failures per minute", limits.failures_per_minute),
        ("PIN verification failures per hour", limits.failures_per_hour),
        ("PIN attack limit", limits.attacks),
    ] {
        desk.tell(format!("{label}: {value}"))?;
    }
    let enabled = kept(desk, &format!("Enable fraud detection [Y/N] ({on}): "), |text| {
        match text.to_ascii_uppercase().as_str() {
            "Y" => Some(true),
            "N" => Some(false),
            _ => None,
        }
    })?;
    limits.enabled = enabled.unwrap_or(limits.enabled);
    for (label, value) in [
        ("Enter limit on PIN verification failures per minute", &mut limits.failures_per_minute),
        ("Enter limit on PIN verification failures per hour", &mut limits.failures_per_hour),
        ("Enter PIN attack limit", &mut limits.attacks),
    ] {
        let typed = kept(desk, &format!("{label} ({value}): "), |text| {
            text.parse().ok().filter(|number| (1..=9_999).contains(number))
        })?;
        *value = typed.unwrap_or(*value);
    }
    desk.change(|state| state.settings.fraud_detection = limits)?;
    desk.did(Action::FraudSet);
    desk.tell("Fraud detection configured")
}
