//! The manual of the console: the list of its commands.

use std::fmt::Write as _;

use crate::{COMMANDS, States};

/// A section in Markdown.
pub fn manual() -> String {
    let mut text = String::from(
        "| command | what it does | state | authorised activity |\n| --- | --- | --- | --- |\n",
    );
    for command in COMMANDS {
        let state = match command.states {
            States::Any => "any",
            States::OfflineOrSecure => "offline or secure",
            States::Secure => "secure",
        };
        let activity = command.activity.map(|category| format!("`{}..console`", category.word()));
        let _ = writeln!(
            text,
            "| `{}` | {} | {state} | {} |",
            command.name,
            command.summary,
            activity.unwrap_or_default()
        );
    }
    text
}
