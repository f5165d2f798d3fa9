//! `VT` View the LMK table.

use appliance::{Interface, KeyChange, State};
use vault::{Lmk, LmkId};

use crate::screens::{algorithm, scheme, status};
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("VT", "View the LMK table and key change storage", run);

/// Columns are those of the device; their widths are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    desk.tell("LMK table:")?;
    if state.lmks.count() == 0 {
        desk.tell("No keys loaded in LMK table")?;
    } else {
        desk.tell("ID  Authorized    Scheme    Algorithm   Status  Check   Comments")?;
    }
    for (id, lmk) in state.lmks.iter() {
        let label = state.lmks.label(id).cloned().unwrap_or_default();
        desk.tell(format!(
            "{:02}  {:<13} {}  {}",
            id.0,
            authorised(&state, id),
            described(lmk, label.is_live),
            label.comments
        ))?;
    }
    desk.tell("")?;
    desk.tell("Key change storage table:")?;
    if state.lmks.key_changes().next().is_none() {
        return desk.tell("No keys loaded in key change storage table");
    }
    desk.tell("ID  Old/New       Scheme    Algorithm   Status  Check")?;
    for (id, change, lmk) in state.lmks.key_changes() {
        let side = if change == KeyChange::Old { "Old" } else { "New" };
        let is_live = state.lmks.label(id).is_some_and(|label| label.is_live);
        desk.tell(format!("{:02}  {side:<13} {}", id.0, described(lmk, is_live)))?;
    }
    Ok(())
}

/// How many activities are authorised, of hosts and at consoles.
fn authorised(state: &State, lmk: LmkId) -> String {
    let count = |interface| {
        let grants = state.authorised.grants(lmk);
        grants.filter(|it| it.activity.interface.is_none_or(|own| own == interface)).count()
    };
    match (count(Interface::Host), count(Interface::Console)) {
        (0, 0) => "No".to_owned(),
        (host, console) => format!("Yes ({host}H,{console}C)"),
    }
}

fn described(lmk: &Lmk, is_live: bool) -> String {
    let check = hex::encode_upper(lmk.check_value());
    let (scheme, algorithm) = (scheme(lmk.kind()), algorithm(lmk));
    format!("{scheme:<9} {algorithm:<11} {:<7} {check}", status(is_live))
}
