//! `CS` Configure security.

use appliance::{Action, Authorisations, Officers, State};

use crate::answers::{Place, Yes};
use crate::security::{QUESTIONS, Question, pin_length};
use crate::{Command, Desk, Echo, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CS", "Configure security: one question for each setting", run).secure().audited();

/// Return keeps a value. While LMKs are installed the initial settings stay as they are, unless the LMKs are erased.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut state = (*desk.state()).clone();
    let before = state.settings.pin_length.digits();
    if let Some(length) = kept(desk, &format!("PIN length [4-12] ({before}): "), |text| {
        text.parse().ok().and_then(pin_length)
    })? {
        state.settings.pin_length = length;
    }
    state.default_lmk = lmk(desk, "Default LMK id", state.default_lmk)?;
    state.management_lmk = lmk(desk, "Management LMK id", state.management_lmk)?;
    let mut erase = false;
    if state.lmks.count() > 0 {
        let Yes(yes) = desk.ask_as("Erase installed LMKs? [Y/N]: ")?;
        erase = yes;
    }
    let is_free = erase || state.lmks.count() == 0;
    for question in QUESTIONS.iter().filter(|question| is_free || !question.is_initial) {
        let prompt = question.prompt(&state.settings);
        if let Some(at) = kept(desk, &prompt, |text| position(question, text))? {
            (question.set)(&mut state.settings, at);
        }
    }
    let State { settings, default_lmk, management_lmk, .. } = state;
    desk.change(|state| {
        (state.settings, state.default_lmk, state.management_lmk) =
            (settings, default_lmk, management_lmk);
        if erase {
            state.erase_lmks();
            state.officers = Officers::default();
            state.authorised = Authorisations::default();
        }
    })?;
    desk.did(Action::GeneralSecurity);
    if is_free {
        desk.did(Action::InitialSecurity);
    }
    if erase {
        desk.did(Action::LmksErased);
        desk.tell("LMKs erased")?;
    }
    desk.tell("Security settings changed")
}

/// The value that is typed; none for Return, which keeps what there is.
pub(super) fn kept<T>(
    desk: &mut Desk<'_>,
    prompt: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Outcome<Option<T>> {
    loop {
        let typed = desk.text(prompt, Echo::Plain)?;
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        match parse(typed) {
            Some(value) => return Ok(Some(value)),
            None => desk.refuse("Invalid entry")?,
        }
    }
}

fn position(question: &Question, text: &str) -> Option<usize> {
    let same = |(typed, shown): &(&str, &str)| {
        text.eq_ignore_ascii_case(typed) || text.eq_ignore_ascii_case(shown)
    };
    question.choices.iter().position(same)
}

fn lmk(desk: &mut Desk<'_>, label: &str, present: vault::LmkId) -> Outcome<vault::LmkId> {
    use crate::Answer as _;
    let prompt = format!("{label} ({:02}): ", present.0);
    loop {
        let typed = desk.text(&prompt, Echo::Plain)?;
        if typed.trim().is_empty() {
            return Ok(present);
        }
        match Place::parse(typed.trim(), desk) {
            Ok(Place(id)) => return Ok(id),
            Err(refusal) => desk.refuse(refusal)?,
        }
    }
}
