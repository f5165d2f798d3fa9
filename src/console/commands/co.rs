//! `CO` Create an authorising officer card.

use appliance::{Action, OfficerProof};
use vault::LmkId;

use super::a::prove;
use crate::answers::{Loaded, Number, OfficerPassword, Yes};
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
    if desk.state().settings.authorise_by == OfficerProof::Password {
        return appoint(desk, lmk, index);
    }
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

/// Appoints an officer who has a password instead of a card, in place of one who agrees (how such officers come to be is
/// inferred).
fn appoint(desk: &mut Desk<'_>, lmk: LmkId, index: usize) -> Outcome {
    if let Some(known) = desk.state().officers.of(lmk)[index] {
        let Yes(has_card) = desk.ask_as("Has the present officer a card? [Y/N]: ")?;
        prove(desk, &known, !has_card)?;
    }
    let OfficerPassword(password) = desk.ask_as("Enter password of officer: ")?;
    let OfficerPassword(again) = desk.ask_as("Re-enter password: ")?;
    if !crypto::equal(&password[..], &again[..]) {
        return Stop::no("Passwords did not agree");
    }
    let proof = digest(&password);
    desk.change(|state| {
        let mut officers = state.officers.of(lmk);
        officers[index] = Some(proof);
        state.officers.set(lmk, officers);
    })?;
    desk.did(Action::OfficerCard);
    desk.tell("Authorising officer appointed")
}
