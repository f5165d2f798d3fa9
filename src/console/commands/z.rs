//! `Z` Encrypt a ZMK component.

use crate::answers::{Answer as _, ClearComponent};
use crate::desk::ZMK_COMPONENT;
use crate::screens::check_value;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("Z", "Encrypt a ZMK component that is typed in the clear", run);

/// Other than EC, it takes components of odd parity only. Source: console reference of an older device.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.fixed_zmk(ZMK_COMPONENT)?;
    let key = loop {
        let mut key = desk.component(&to, ClearComponent::PROMPT)?;
        if !key.force_odd_parity() {
            break key;
        }
        desk.refuse("Component parity error; re-enter component")?;
    };
    let sealed = desk.seal(&key, &to, None)?;
    desk.tell_key("Encrypted ZMK component", &sealed, &check_value(&key))
}
