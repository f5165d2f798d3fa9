//! `A7` Allow PIN verification again.

use appliance::{Action, Category};

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("A7", "Re-enable PIN verification that fraud detection has stopped", run)
        .offline()
        .authorised(Category::Audit)
        .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    if desk.appliance().fraud().allow_again() {
        desk.change(|_| ())?;
        desk.did(Action::FraudReset);
        desk.tell("PIN verification has been re-enabled")
    } else {
        desk.tell("PIN verification is not currently disabled")
    }
}
