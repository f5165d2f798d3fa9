//! `AUDITOPTIONS` Set what is audited.

use appliance::{Action, AuditOptions, Category, WhenFull};

use super::configcmds::{matching, split};
use super::cs::kept;
use super::ss::save;
use crate::answers::Yes;
use crate::{Command, Desk, Echo, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new("AUDITOPTIONS", "Set what is audited", run)
    .offline()
    .authorised(Category::Audit)
    .audited();

/// Whether something is audited.
type Question = (&'static str, fn(&mut AuditOptions) -> &mut bool);

/// Questions in order. All but the first are known by name only.
const OPTIONS: &[Question] = &[
    ("User Actions", |options| &mut options.user_actions),
    ("Error Responses to Host Commands", |options| &mut options.error_responses),
    ("Self Tests", |options| &mut options.self_tests),
    ("Connection Failures", |options| &mut options.connection_failures),
    ("Utilization Data Resets", |options| &mut options.utilisation_resets),
];

fn run(desk: &mut Desk<'_>) -> Outcome {
    let before = desk.state().settings.audit.clone();
    let mut options = before.clone();
    let counter = desk.appliance().audit_log().counter();
    show(desk, &mut options, counter)?;
    let Yes(modify) = desk.ask_as("Modify Audited Command List? [Y/N]: ")?;
    if modify {
        change_lists(desk, &mut options)?;
    }
    for (name, of) in OPTIONS {
        let value = of(&mut options);
        let shown = if *value { "Y" } else { "N" };
        let typed = kept(desk, &format!("Audit {name} [Y/N] ({shown}): "), yes)?;
        *value = typed.unwrap_or(*value);
    }
    change_method(desk, &mut options)?;
    desk.tell(format!("Current Audit Counter value is: {counter:08X}"))?;
    let typed = kept(desk, "Enter new value or <Return> for no change: ", |text| {
        (text.len() <= 8).then(|| u32::from_str_radix(text, 16).ok()).flatten()
    })?;
    desk.change(|state| state.settings.audit = options.clone())?;
    note(desk, &before, &options);
    if let Some(counter) = typed {
        let log = desk.appliance().audit_log();
        log.set_counter(counter).or_else(|fault| Stop::no(fault.to_string()))?;
    }
    let counter = desk.appliance().audit_log().counter();
    show(desk, &mut options, counter)?;
    let Yes(keep) = desk.ask_as("Save Audit Settings to Smartcard? [Y/N]: ")?;
    if keep { save(desk) } else { Ok(()) }
}

fn yes(text: &str) -> Option<bool> {
    match text.to_ascii_uppercase().as_str() {
        "Y" => Some(true),
        "N" => Some(false),
        _ => None,
    }
}

fn show(desk: &mut Desk<'_>, options: &mut AuditOptions, counter: u32) -> Outcome {
    let list = |codes: Vec<String>| if codes.is_empty() { "none".to_owned() } else { codes.join(", ") };
    desk.tell("List of Audited Console Commands:")?;
    desk.tell(list(options.console_commands.clone()))?;
    desk.tell("List of Audited Host Commands:")?;
    desk.tell(list(options.host_commands.clone().into()))?;
    for (name, of) in OPTIONS {
        let state = if *of(options) { "Enabled" } else { "Disabled" };
        desk.tell(format!("Audit {name}: {state}"))?;
    }
    desk.tell(format!("Audit Counter Value: {counter:08X}"))
}

/// Commands in and out of the lists, until it is enough.
fn change_lists(desk: &mut Desk<'_>, options: &mut AuditOptions) -> Outcome {
    loop {
        let typed = desk.text("Enter command code (e.g. +CDE) or Q to Quit: ", Echo::Plain)?;
        let typed = typed.trim().to_ascii_uppercase();
        if typed == "Q" {
            return Ok(());
        }
        let Some((is_in, is_host, pattern)) = split(&typed) else {
            desk.refuse("Invalid entry")?;
            continue;
        };
        let names = matching(is_host, pattern);
        let codes: Vec<_> = names.into_iter().filter(|name| can_be_audited(is_host, name)).collect();
        if codes.is_empty() {
            desk.refuse("Unknown command, or one that cannot be audited")?;
            continue;
        }
        let interface = if is_host { "Host" } else { "Console" };
        let way = if is_in { "added to" } else { "removed from" };
        for code in codes {
            if is_host {
                let code = code.as_bytes().try_into().unwrap_or_default();
                options.host_commands.set(code, is_in);
            } else {
                options.console_commands.retain(|own| *own != code);
                options.console_commands.extend(is_in.then(|| code.clone()));
            }
            desk.tell(format!("{interface} command {code} {way} list"))?;
        }
    }
}

/// Commands about the log itself are not audited.
fn can_be_audited(is_host: bool, code: &str) -> bool {
    !is_host || code.as_bytes().try_into().is_ok_and(host_commands::can_be_audited)
}

fn change_method(desk: &mut Desk<'_>, options: &mut AuditOptions) -> Outcome {
    for line in [
        "Audit log entries can be saved using the following methods:",
        "A. Add new entries, when 80% full - warn the user, when full - prevent all state changes",
        "   (e.g. online to offline) until cleared, or",
        "B. Allow the audit log to overwrite the oldest entries.",
    ] {
        desk.tell(line)?;
    }
    let (present, other) = match options.when_full {
        WhenFull::Stop => ("A", WhenFull::Overwrite),
        WhenFull::Overwrite => ("B", WhenFull::Stop),
    };
    desk.tell(format!("The unit is currently using method {present}."))?;
    let Yes(switch) = desk.ask_as("Do you want to switch methods [Y/N]: ")?;
    if switch {
        options.when_full = other;
    }
    Ok(())
}

fn note(desk: &Desk<'_>, before: &AuditOptions, after: &AuditOptions) {
    if before.host_commands != after.host_commands {
        desk.did(Action::AuditHost);
    }
    if before.console_commands != after.console_commands {
        desk.did(Action::AuditConsole);
    }
    let general = |options: &AuditOptions| AuditOptions {
        host_commands: before.host_commands.clone(),
        console_commands: before.console_commands.clone(),
        ..options.clone()
    };
    if general(before) != general(after) {
        desk.did(Action::AuditGeneral);
    }
}
