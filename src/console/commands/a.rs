//! `A` Authorise.

use appliance::{
    Action, Activity, CardDigest, Category, Grant, Interface, OfficerProof, Settings, Until,
};
use vault::LmkId;

use crate::answers::{Loaded, OfficerPassword, Yes};
use crate::card::{Content, Password};
use crate::desk::digest;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("A", "Authorise activities by two officers of an LMK", run).audited();

/// Longest time for an activity of the console, in minutes.
const LIMIT: u32 = 720;

/// Without arguments every category is asked for; with arguments it is `category[.sub][.interface][:minutes]`, or `:p`
/// for a persistent one.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    let settings = desk.state().settings.clone();
    if !settings.multiple_authorised_activities {
        return single(desk, lmk);
    }
    let wanted = if desk.arguments().is_empty() {
        menu(desk, &settings)?
    } else {
        let arguments = desk.arguments().to_vec();
        arguments.iter().map(|text| activity(text, &settings)).collect::<Outcome<Vec<_>>>()?
    };
    if wanted.is_empty() {
        return desk.tell("No activities are to be authorised");
    }
    two_officers(desk, lmk)?;
    desk.change(|state| {
        for (activity, until) in wanted {
            state.authorised.grant(Grant { lmk: Some(lmk), activity, until });
        }
    })?;
    desk.did(Action::ActivityAuthorised);
    desk.tell(format!("AUTHORIZED for LMK id {}", lmk.0))?;
    list(desk, lmk)
}

/// Everything or nothing: hosts until it is cancelled, consoles for twelve hours.
fn single(desk: &mut Desk<'_>, lmk: LmkId) -> Outcome {
    if !desk.arguments().is_empty() {
        return Stop::no("Multiple authorised activities are not enabled");
    }
    two_officers(desk, lmk)?;
    let all = |interface| Activity { interface: Some(interface), ..Activity::ANY };
    desk.change(|state| {
        for (interface, until) in
            [(Interface::Host, Until::Cancelled), (Interface::Console, Until::minutes(LIMIT))]
        {
            state.authorised.grant(Grant { lmk: Some(lmk), activity: all(interface), until });
        }
    })?;
    desk.did(Action::AuthorisedStateOn);
    desk.tell(format!("AUTHORIZED for LMK id {}", lmk.0))?;
    desk.tell("Console authorizations will expire in 720 minutes (12 hours).")
}

/// Lets two officers of an LMK, first and second, show their cards or type their passwords.
pub(super) fn two_officers(desk: &mut Desk<'_>, lmk: LmkId) -> Outcome {
    let officers = desk.state().officers.of(lmk);
    let [Some(first), Some(second)] = officers else {
        return Stop::no(
            "This LMK has no officers: load it from component cards, or appoint them with CO",
        );
    };
    let by_password = desk.state().settings.authorise_by == OfficerProof::Password;
    for (title, officer) in [("First officer:", first), ("Second officer:", second)] {
        desk.tell(title)?;
        prove(desk, &officer, by_password)?;
    }
    Ok(())
}

/// Lets an officer show his card or type his password, until it is the right one.
pub(super) fn prove(
    desk: &mut Desk<'_>,
    officer: &CardDigest,
    by_password: bool,
) -> Outcome<Password> {
    loop {
        let (password, wrong) = if by_password {
            let OfficerPassword(password) = desk.ask()?;
            (password, "Invalid password; re-enter")
        } else {
            let (Content::Component { password, .. } | Content::Officer(_, password)) =
                desk.card()?.content
            else {
                desk.refuse("Not a LMK card")?;
                continue;
            };
            (password, "Card is not that of this officer")
        };
        if crypto::equal(&digest(&password), officer) {
            return Ok(password);
        }
        desk.refuse(wrong)?;
    }
}

/// One activity with its time.
fn activity(text: &str, settings: &Settings) -> Outcome<(Activity, Until)> {
    let (name, time) = text.split_once(':').map_or((text, None), |(name, time)| (name, Some(time)));
    let activity = Activity::parse(name).or_else(|fault| Stop::no(fault.to_string()))?;
    let is_limited =
        settings.authorisation_time_limit && activity.interface != Some(Interface::Host);
    let until = match time {
        Some("p" | "P") if settings.persistent_activities => Until::Persistent,
        Some("p" | "P") => return Stop::no("Persistent activities are not allowed"),
        Some(minutes) => match minutes.parse() {
            Ok(minutes) if minutes > 0 && (!is_limited || minutes <= LIMIT) => {
                Until::minutes(minutes)
            }
            _ => return Stop::no("Invalid time: minutes from 1 to 720, or p"),
        },
        None if is_limited => Until::minutes(LIMIT),
        None => Until::Cancelled,
    };
    Ok((activity, until))
}

/// Asks for each category, then for sub-category, interface and time.
fn menu(desk: &mut Desk<'_>, settings: &Settings) -> Outcome<Vec<(Activity, Until)>> {
    let mut wanted = Vec::new();
    for category in Category::ALL {
        let Yes(yes) = desk.ask_as(&format!("Authorise {}? [Y/N]: ", category.word()))?;
        if !yes {
            continue;
        }
        let sub = desk.text("Sub-category (Return for all): ", crate::Echo::Plain)?;
        let interface = desk.text("Interface [host/console] (Return for both): ", crate::Echo::Plain)?;
        let time = desk.text("Time limit in minutes, or p (Return for none): ", crate::Echo::Plain)?;
        let mut text = category.word().to_owned();
        if !sub.trim().is_empty() || !interface.trim().is_empty() {
            text.extend([".", sub.trim(), ".", interface.trim()]);
        }
        if !time.trim().is_empty() {
            text.extend([":", time.trim()]);
        }
        wanted.push(activity(text.trim_end_matches('.'), settings)?);
    }
    Ok(wanted)
}

/// What is authorised under an LMK.
pub(super) fn list(desk: &mut Desk<'_>, lmk: LmkId) -> Outcome {
    let state = desk.state();
    if state.authorised.grants(lmk).next().is_none() {
        return desk.tell("No activities are authorized");
    }
    desk.tell("The following activities are authorized:")?;
    for grant in state.authorised.grants(lmk) {
        desk.tell(format!("  {}", named(grant)))?;
    }
    Ok(())
}

/// An activity with the time that is left.
pub(super) fn named(grant: &Grant) -> String {
    let time = match grant.until {
        Until::Cancelled => String::new(),
        Until::Persistent => ":p".to_owned(),
        Until::Time { minutes, .. } => {
            let remaining = grant.until.remaining().unwrap_or_default();
            format!(":{minutes} ({remaining} mins remaining)")
        }
    };
    format!("{}{time}", grant.activity)
}
