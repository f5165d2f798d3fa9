//! `GETCMDS` List commands.

use host_commands::{Status, listing};

use crate::{COMMANDS, Command, Desk, Outcome, Party};

pub(super) const COMMAND: Command = Command::new(
    "GETCMDS",
    "List enabled commands: -h of the host only, -l with their packages and names",
    run,
)
.for_provider();

/// Codes in a line.
const WIDTH: usize = 16;

/// The provider sees what there is for him, and not what the tenant has disabled.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let is_tenants = desk.party() == Party::Tenant;
    let has = |flag: &str| desk.arguments().iter().any(|argument| argument == flag);
    let (hosts_only, long) = (has("-h"), has("-l"));
    let state = desk.state();
    let disabled =
        |code: &String| is_tenants && state.settings.disabled_commands.contains(code);
    let host: Vec<_> = listing()
        .into_iter()
        .filter(|listed| listed.status == Status::Implemented)
        .filter(|listed| state.licence.packages.has(listed.licence))
        .map(|listed| (listed.code.escape_ascii().to_string(), listed.licence, listed.name))
        .filter(|(code, ..)| !disabled(code))
        .collect();
    desk.tell("List of enabled Host commands:")?;
    show(desk, &host, long)?;
    if hosts_only {
        return Ok(());
    }
    let disabled = &state.settings.disabled_console_commands;
    let console: Vec<_> = COMMANDS
        .iter()
        .filter(|command| match desk.party() {
            Party::Tenant => !disabled.iter().any(|name| name == command.name),
            Party::Provider => command.for_provider,
        })
        .map(|command| (command.name.to_owned(), "", command.summary))
        .collect();
    desk.tell("List of enabled Console commands:")?;
    show(desk, &console, long)
}

/// Code, package and name, of those that have one.
type Row<'a> = (String, &'a str, &'a str);

fn show(desk: &mut Desk<'_>, commands: &[Row<'_>], long: bool) -> Outcome {
    if long {
        return commands.iter().try_for_each(|(code, package, name)| {
            let package = if package.is_empty() { String::new() } else { format!("{package:<29}") };
            desk.tell(format!("{code:<12} {package}{name}"))
        });
    }
    for row in commands.chunks(WIDTH) {
        let codes: Vec<_> = row.iter().map(|(code, ..)| code.as_str()).collect();
        desk.tell(codes.join(" "))?;
    }
    Ok(())
}
