//! The configuration file, TOML.

use std::fs;
use std::path::Path;

use super::Given;
use crate::failure::Failure;

/// Reads a configuration file. An unknown key is an error: it may be a safeguard that was misspelt.
pub(super) fn read(path: &Path) -> Result<Given, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format_args!(
            "{name} cannot be read: {error}; name an existing file with --config, or leave it out"
        ))
    })?;
    parse(&text, &name)
}

/// Parses the text of a configuration file called `name`.
pub(super) fn parse(text: &str, name: &str) -> Result<Given, Failure> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        let reason = error.message().replace("unknown field", "unknown key").replace('\n', ", ");
        Failure::usage(format_args!(
            "{name} line {line}: {reason}; correct or remove it, \
             strongroom.example.toml explains every key"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text, "my.toml").err().map(|failure| failure.to_string()).unwrap_or_default()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let refusal = refusal("dev = true\n\n[host]\nlisten = \"127.0.0.1:0\"\nconections = 3\n");
        assert!(
            refusal
                .starts_with("my.toml line 5: unknown key `conections`, expected one of `listen`"),
            "{refusal}"
        );
        assert!(refusal.ends_with("strongroom.example.toml explains every key"), "{refusal}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        let told = refusal("[host]\nconnections = 5000");
        assert!(
            told.starts_with("my.toml line 2: 5000 is not a whole number from 1 to 4096"),
            "{told}"
        );
        let told = refusal("\n[host]\nunknown_command = \"69\"");
        assert!(
            told.starts_with("my.toml line 3: an unknown command is answered 68, ZZ00 or drop"),
            "{told}"
        );
        let told = refusal("[host\n");
        assert!(told.starts_with("my.toml line 1: "), "{told}");
        assert!(!told.contains('\n'));
    }
}
