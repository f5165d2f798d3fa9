//! `CO` Create an authorising officer card.

use appliance::Action;

use crate::answers::{Loaded, Number, Yes};
use crate::card::Content;
use crate::desk::digest;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("CO", "Create an authorising officer card of an LMK", run).secure().audited();

/// The password of an officer comes from the card of a component. An LMK that came from the configuration has no cards:
/// its officers are made here, out of nothing (own construction).
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let Number::<1, 2>(number) = desk.ask_as("First or second officer [1/2]: ")?;
    let (index, number) = if number == 1 { (0, 1) } else { (1, 2) };
    let mut officers = desk.state().officers.of(lmk);
    let password = if officers == [None; 2] || officers[index].is_none() {
        let Yes(anew) = desk.ask_as("This LMK has no such officer. Appoint one? [Y/N]: ")?;
        if !anew {
            return Ok(());
        }
        desk.password()
    } else {
        desk.tell("Insert the component card or officer card to copy")?;
        match desk.card()?.content {
            Content::Component { password, .. } | Content::Officer(_, password) => password,
            _ => return Stop::no("Not a LMK card"),
        }
    };
    let proof = digest(&password);
    match officers[index] {
        Some(known) if !crypto::equal(&known, &proof) => {
            return Stop::no("Card does not belong to this officer of the LMK");
        }
        _ => officers[index] = Some(proof),
    }
    desk.tell("Insert a blank card")?;
    let blank = desk.blank_card()?;
    desk.write(&blank, &Content::Officer(number, password))?;
    desk.change(|state| state.officers.set(lmk, officers))?;
    desk.did(Action::OfficerCard);
    desk.tell("Authorising officer card created")
}
