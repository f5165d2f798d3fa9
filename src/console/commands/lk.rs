//! `LK` Load an LMK.

use appliance::{Action, CardDigest, Label};
use vault::lmk::Material;
use vault::{Lmk, LmkId, LmkKind};

use crate::answers::{Place, Remark, Yes};
use crate::card::Content;
use crate::desk::digest;
use crate::screens::{algorithm, scheme, status};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("LK", "Load an LMK from component cards", run).secure().audited();

/// An LMK from cards.
pub(super) struct FromCards {
    pub(super) lmk: Lmk,
    pub(super) is_live: bool,
    /// Digests of what the holders of the first and second component prove by.
    pub(super) officers: [Option<CardDigest>; 2],
}

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Place(id) = desk.ask()?;
    if desk.state().lmks.get(id).is_some() {
        let Yes(replace) = desk.ask_as("LMK already loaded. Replace it? [Y/N]: ")?;
        if !replace {
            return Ok(());
        }
    }
    if !desk.state().may_load(id) {
        return Stop::no(format!("Licence allows {} LMKs", desk.state().licence.lmks));
    }
    let Remark(comments) = desk.ask()?;
    desk.tell("Load LMK from components or shares")?;
    let FromCards { lmk, is_live, officers } = from_cards(desk)?;
    desk.tell(format!("LMK id: {:02}", id.0))?;
    desk.tell(format!("LMK key scheme: {}", scheme(lmk.kind())))?;
    desk.tell(format!("LMK algorithm: {}", algorithm(&lmk)))?;
    desk.tell(format!("LMK status: {}", status(is_live)))?;
    desk.tell(format!("Comments: {comments}"))?;
    let Yes(confirmed) = desk.ask_as("Confirm details? [Y/N]: ")?;
    if !confirmed {
        return Ok(());
    }
    let loaded = desk.change(|state| {
        let loaded = state.lmks.load(id, lmk);
        state.private_keys.erase(id);
        state.lmks.set_label(id, Label { is_live, comments });
        state.officers.set(id, officers);
        state.authorised.revoke_own(id);
        loaded
    })?;
    if !loaded {
        return Stop::no("Invalid LMK identifier");
    }
    desk.did(Action::LmkInstalled);
    desk.tell("LMK loaded")?;
    offer(desk, id, "default", |state| &mut state.default_lmk)?;
    offer(desk, id, "management", |state| &mut state.management_lmk)
}

/// Offers an LMK in a place that is not taken by one that is loaded.
fn offer(
    desk: &mut Desk<'_>,
    id: LmkId,
    title: &str,
    place: fn(&mut appliance::State) -> &mut LmkId,
) -> Outcome {
    let taken = *place(&mut (*desk.state()).clone());
    if taken == id || desk.state().lmks.get(taken).is_some() {
        return Ok(());
    }
    let Yes(yes) = desk.ask_as(&format!("Make this LMK the {title} LMK? [Y/N]: "))?;
    if yes {
        desk.change(|state| *place(state) = id)?;
    }
    Ok(())
}

/// Reads component cards until there are no more, and makes an LMK of them.
///
/// That a live LMK needs two components or more is the device's rule; a single card makes a test LMK.
pub(super) fn from_cards(desk: &mut Desk<'_>) -> Outcome<FromCards> {
    let mut whole: Option<(Material, bool)> = None;
    let (mut officers, mut numbers) = ([None; 2], Vec::new());
    loop {
        let Content::Component { number, live, password, material } = desk.card()?.content else {
            desk.refuse("Not a LMK card")?;
            continue;
        };
        if numbers.contains(&number) {
            desk.refuse("Component already loaded")?;
            continue;
        }
        let shown = check(&material);
        match &mut whole {
            None => whole = Some((material, live)),
            Some((_, status)) if *status != live => {
                desk.refuse("Incompatible key status")?;
                continue;
            }
            Some((sum, _)) => {
                if sum.combine(&material).is_err() {
                    desk.refuse("Incompatible cards")?;
                    continue;
                }
            }
        }
        numbers.push(number);
        if let Some(officer) = officers.get_mut(usize::from(number) - 1) {
            *officer = Some(digest(&password));
        }
        desk.tell(format!("CHECK: {shown}"))?;
        let Yes(more) = desk.ask_as("Load more components? [Y/N]: ")?;
        if !more {
            break;
        }
    }
    let Some((mut material, is_live)) = whole else { return Err(Stop::Aborted) };
    if is_live && numbers.len() < 2 {
        return Stop::no("Invalid key: a live LMK needs multiple components");
    }
    if material.kind() != LmkKind::AesKeyBlock {
        material.force_odd_parity();
    }
    let lmk = Lmk::new(material).or_else(|fault| Stop::no(fault.to_string()))?;
    if is_live && lmk.is_test() {
        return Stop::no("Invalid key: a test LMK may not be live");
    }
    desk.tell(format!("LMK Check: {}", hex::encode_upper(lmk.check_value())))?;
    Ok(FromCards { lmk, is_live, officers })
}

/// Check value of a component.
pub(super) fn check(material: &Material) -> String {
    material.check_value().map(hex::encode_upper).unwrap_or_default()
}
