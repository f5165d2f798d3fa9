//! The manual of the console: the list of its commands, and conversations that tests hold, too.

use std::fmt::Write as _;

use crate::{COMMANDS, States};

/// Conversations, with what they show.
const CONVERSATIONS: [(&str, &str); 8] = [
    (
        "A ceremony: key cards, three components, two officers, a ZMK and a ZPK",
        include_str!("transcripts/ceremony.txt"),
    ),
    ("Officers of an LMK that has no cards", include_str!("transcripts/officers.txt")),
    ("Keys and tables under the test LMKs", include_str!("transcripts/keys.txt")),
    ("Commands of older devices", include_str!("transcripts/legacy.txt")),
    ("Settings", include_str!("transcripts/settings.txt")),
    ("Officers with passwords, echo, Atalla variants", include_str!("transcripts/passwords.txt")),
    ("Monitoring, alarms and a tamper", include_str!("transcripts/monitoring.txt")),
    ("Giving the appliance back", include_str!("transcripts/release.txt")),
];

/// A section in Markdown. Hidden answers stand between `<` and `>`.
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
    for (title, conversation) in CONVERSATIONS {
        let _ = write!(text, "\n## {title}\n\n```\n{conversation}```\n");
    }
    text
}
