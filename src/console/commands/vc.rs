//! `VC` Verify a card.

use super::lk::check;
use crate::card::Content;
use crate::screens::{scheme, status};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("VC", "Verify a smart card: its kind, and the check value of a component", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let card = desk.card()?;
    desk.tell(card.content.word())?;
    match &card.content {
        Content::Component { number, live, material, .. } => {
            desk.tell(format!("Scheme: {}", scheme(material.kind())))?;
            desk.tell(format!("Component: {number}"))?;
            desk.tell(format!("Status: {}", status(*live)))?;
            desk.tell(format!("Check: {}", check(material)))
        }
        Content::Officer(number, _) => desk.tell(format!("Officer: {number}")),
        Content::Settings(text) => desk.tell(format!("Settings: {}", text.lines().count())),
        Content::Blank | Content::Key(..) | Content::KeyComponent(_) => Ok(()),
    }
}
