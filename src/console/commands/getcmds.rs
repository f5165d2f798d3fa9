//! `GETCMDS` List commands.

use host_commands::{Status, listing};

use crate::{COMMANDS, Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new(
    "GETCMDS",
    "List enabled commands: -h of the host only, -l with their names",
    run,
)
.for_provider();

/// Codes in a line.
const WIDTH: usize = 16;

fn run(desk: &mut Desk<'_>) -> Outcome {
    let has = |flag: &str| desk.arguments().iter().any(|argument| argument == flag);
    let (hosts_only, long) = (has("-h"), has("-l"));
    let disabled = desk.state().settings.disabled_commands.clone();
    let host: Vec<_> = listing()
        .into_iter()
        .filter(|listed| listed.status == Status::Implemented)
        .map(|listed| (listed.code.escape_ascii().to_string(), listed.name))
        .filter(|(code, _)| !disabled.contains(code))
        .collect();
    desk.tell("List of enabled Host commands:")?;
    show(desk, &host, long)?;
    if hosts_only {
        return Ok(());
    }
    let console: Vec<_> =
        COMMANDS.iter().map(|command| (command.name.to_owned(), command.summary)).collect();
    desk.tell("List of enabled Console commands:")?;
    show(desk, &console, long)
}

fn show(desk: &mut Desk<'_>, commands: &[(String, &str)], long: bool) -> Outcome {
    if long {
        return commands.iter().try_for_each(|(code, name)| desk.tell(format!("{code:<12} {name}")));
    }
    for row in commands.chunks(WIDTH) {
        let codes: Vec<_> = row.iter().map(|(code, _)| code.as_str()).collect();
        desk.tell(codes.join(" "))?;
    }
    Ok(())
}
