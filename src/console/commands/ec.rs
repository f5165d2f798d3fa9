//! `EC` Encrypt a clear component.

use appliance::Category;

use super::gc::component_number;
use crate::answers::{Answer as _, ClearComponent};
use crate::screens::check_value;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("EC", "Encrypt a key component that is typed in the clear", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.destination()?;
    desk.authorised(to.lmk, Category::Component, &to.sub())?;
    let number = component_number(desk, &to)?;
    let mut key = desk.component(&to, ClearComponent::PROMPT)?;
    if key.force_odd_parity() {
        desk.tell("Warning: key parity corrected")?;
    }
    let sealed = desk.seal(&key, &to, number)?;
    desk.tell_key("Encrypted component", &sealed, &check_value(&key))
}
