//! `C` Cancel authorisation.

use appliance::{Action, Activity, Until};

use super::a::{list, named};
use crate::answers::{Loaded, Yes};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("C", "Cancel authorised activities of an LMK", run).audited();

/// With arguments those activities, each with the time that it was authorised for; else every one is asked for.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let state = desk.state();
    if !state.settings.multiple_authorised_activities {
        desk.change(|state| state.authorised.revoke_all(lmk))?;
        desk.did(Action::AuthorisedStateOff);
        return desk.tell(format!("NOT AUTHORIZED for LMK id {}", lmk.0));
    }
    let arguments = desk.arguments().to_vec();
    let mut found = false;
    for grant in state.authorised.grants(lmk) {
        let cancel = if arguments.is_empty() {
            let Yes(yes) = desk.ask_as(&format!("Cancel {} ? [Y/N]: ", named(grant)))?;
            yes
        } else {
            arguments.iter().any(|text| {
                let (name, time) = text.split_once(':').unwrap_or((text, ""));
                let is_time = match grant.until {
                    Until::Cancelled => time.is_empty(),
                    Until::Persistent => time.eq_ignore_ascii_case("p"),
                    Until::Time { minutes, .. } => time == minutes.to_string(),
                };
                is_time && Activity::parse(name).is_ok_and(|activity| activity == grant.activity)
            })
        };
        if cancel {
            found |= desk.change(|state| state.authorised.revoke(grant))?;
        }
    }
    if found {
        desk.did(Action::ActivityCancelled);
    }
    if !arguments.is_empty() && !found {
        return Stop::no("Activity is not authorized");
    }
    if desk.state().authorised.grants(lmk).next().is_none() {
        return desk.tell(format!("NOT AUTHORIZED for LMK id {}", lmk.0));
    }
    list(desk, lmk)
}
