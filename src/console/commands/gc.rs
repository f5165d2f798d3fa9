//! `GC` Generate a key component.

use appliance::Category;
use vault::Key;
use vault::usage::Stated;
use zeroize::Zeroizing;

use crate::answers::Number;
use crate::desk::{Destination, Form};
use crate::screens::{check_value, grouped};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("GC", "Generate a key component and show it in the clear", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.destination()?;
    desk.authorised(to.lmk, Category::Component, &to.sub())?;
    let number = component_number(desk, &to)?;
    show(desk, &to, number)
}

/// Draws a component and shows it.
pub(super) fn show(desk: &mut Desk<'_>, to: &Destination, number: Option<u8>) -> Outcome {
    let key = generate(desk, to)?;
    let shown = Zeroizing::new(grouped(key.printed().digits()));
    let clear = Zeroizing::new(format!("Clear component: {}", *shown));
    desk.tell(&*clear)?;
    let sealed = desk.seal(&key, to, number)?;
    desk.tell_key("Encrypted component", &sealed, &check_value(&key))
}

/// The number of a component, which key blocks say.
pub(super) fn component_number(desk: &mut Desk<'_>, to: &Destination) -> Outcome<Option<u8>> {
    if matches!(to.form, Form::Variant(..)) {
        return Ok(None);
    }
    let Number::<1, 9>(number) = desk.ask_as("Enter component number [1-9]: ")?;
    Ok(u8::try_from(number).ok())
}

/// Draws a component.
pub(super) fn generate(desk: &Desk<'_>, to: &Destination) -> Outcome<Key<Stated>> {
    let mut random = desk.appliance().randomness().generator();
    Key::generate(to.size, &mut random).or_else(Stop::of_key)
}
