//! `CONFIGCMDS` Enable and disable commands.

use appliance::{Action, Mode, Settings};
use host_commands::{Status, listing};

use crate::{COMMANDS, Command, Desk, Echo, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CONFIGCMDS", "View which commands are enabled; in secure state, change it", run)
        .audited();

/// Commands that cannot be disabled: without them nobody could enable another.
const KEPT: [&str; 4] = ["CONFIGCMDS", "LEFT", "RIGHT", "GETCMDS"];

fn run(desk: &mut Desk<'_>) -> Outcome {
    let settings = desk.state().settings.clone();
    show(desk, "Disabled Host commands:", &settings.disabled_commands)?;
    show(desk, "Disabled Console commands:", &settings.disabled_console_commands)?;
    if desk.state().mode() != Mode::Secure {
        return Ok(());
    }
    loop {
        let typed = desk.text("Enter command code (e.g. +CDE) or Q to Quit: ", Echo::Plain)?;
        let typed = typed.trim().to_ascii_uppercase();
        if typed == "Q" {
            return Ok(());
        }
        let Some((enable, is_host, pattern)) = split(&typed) else {
            desk.refuse("Invalid entry")?;
            continue;
        };
        let codes = matching(is_host, pattern);
        if codes.is_empty() {
            desk.refuse("Unknown command")?;
            continue;
        }
        let interface = if is_host { "Host" } else { "Console" };
        let way = if enable { "added to" } else { "removed from" };
        desk.change(|state| codes.iter().for_each(|code| switch(&mut state.settings, is_host, code, enable)))?;
        desk.did(if is_host { Action::HostCommands } else { Action::ConsoleCommands });
        for code in codes {
            desk.tell(format!("{interface} command {code} {way} list"))?;
        }
    }
}

/// `+` or `-`, `C` or `H`, and a code in which `*` stands for any end.
pub(super) fn split(text: &str) -> Option<(bool, bool, &str)> {
    let (enable, rest) = match text.as_bytes().first()? {
        b'+' => (true, &text[1..]),
        b'-' => (false, &text[1..]),
        _ => return None,
    };
    match rest.as_bytes().first()? {
        b'H' => Some((enable, true, &rest[1..])),
        b'C' => Some((enable, false, &rest[1..])),
        _ => None,
    }
}

pub(super) fn matching(is_host: bool, pattern: &str) -> Vec<String> {
    let fits = |code: &str| match pattern.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => code == pattern,
    };
    if is_host {
        let all = listing().into_iter().filter(|listed| listed.status == Status::Implemented);
        let codes = all.map(|listed| listed.code.escape_ascii().to_string());
        return codes.filter(|code| fits(code)).collect();
    }
    let names = COMMANDS.iter().map(|command| command.name);
    names.filter(|name| fits(name) && !KEPT.contains(name)).map(str::to_owned).collect()
}

fn switch(settings: &mut Settings, is_host: bool, code: &str, enable: bool) {
    let disabled =
        if is_host { &mut settings.disabled_commands } else { &mut settings.disabled_console_commands };
    disabled.retain(|own| own != code);
    if !enable {
        disabled.push(code.to_owned());
    }
}

fn show(desk: &mut Desk<'_>, title: &str, codes: &[String]) -> Outcome {
    desk.tell(title)?;
    desk.tell(if codes.is_empty() { "none".to_owned() } else { codes.join(" ") })
}
