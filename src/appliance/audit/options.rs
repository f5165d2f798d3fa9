//! Which events go into the audit log.

use serde::{Deserialize, Serialize};

/// What is audited. Fraud, and console commands that say so, always are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own at the console")]
pub struct AuditOptions {
    /// Host commands that are audited, by code.
    pub host_commands: CommandSet,
    /// Console commands that are audited, by name.
    pub console_commands: Vec<String>,
    /// Whether actions of users are: logins, authorisations, changes of state, keys and settings. Default inferred.
    pub user_actions: bool,
    /// Whether error replies to host commands are, also to those that are not in the list.
    pub error_responses: bool,
    /// Whether self tests are.
    pub self_tests: bool,
    /// Whether connections that are refused are: by the access list, or because TLS does not come about.
    pub connection_failures: bool,
    /// Whether resets of the statistics are.
    pub utilisation_resets: bool,
    /// What happens when the log is full.
    pub when_full: WhenFull,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            host_commands: CommandSet::default(),
            console_commands: Vec::new(),
            user_actions: true,
            error_responses: false,
            self_tests: false,
            connection_failures: false,
            utilisation_resets: false,
            when_full: WhenFull::Overwrite,
        }
    }
}

impl AuditOptions {
    /// Whether a host command that is answered so is audited.
    #[inline]
    pub fn wants_host(&self, code: [u8; 2], response: [u8; 2]) -> bool {
        self.host_commands.contains(code) || (self.error_responses && response != *b"00")
    }
}

/// What happens when the audit log is full.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenFull {
    /// New records take the place of the oldest.
    Overwrite,
    /// Nothing more is recorded, and the state of the device cannot be changed before the log is cleared.
    Stop,
}

/// Characters that a command code may have.
const CHARACTERS: usize = 36;

/// A set of command codes: a bit for each that there may be.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CommandSet([u64; (CHARACTERS * CHARACTERS).div_ceil(64)]);

impl CommandSet {
    /// Whether a code is in it.
    #[inline]
    pub fn contains(&self, code: [u8; 2]) -> bool {
        place(code).is_some_and(|place| self.0[place / 64] >> (place % 64) & 1 == 1)
    }

    /// Puts a code in, or takes it out; false where it is no command code.
    pub fn set(&mut self, code: [u8; 2], is_in: bool) -> bool {
        let Some(place) = place(code) else { return false };
        let bit = 1 << (place % 64);
        if is_in {
            self.0[place / 64] |= bit;
        } else {
            self.0[place / 64] &= !bit;
        }
        true
    }

    /// The codes in order.
    pub fn iter(&self) -> impl Iterator<Item = [u8; 2]> + '_ {
        let digits = || (b'0'..=b'9').chain(b'A'..=b'Z');
        digits()
            .flat_map(move |a| digits().map(move |b| [a, b]))
            .filter(|code| self.contains(*code))
    }
}

impl TryFrom<Vec<String>> for CommandSet {
    type Error = String;

    fn try_from(codes: Vec<String>) -> Result<Self, String> {
        let mut set = Self::default();
        for code in codes {
            let known = code.as_bytes().try_into().is_ok_and(|code| set.set(code, true));
            if !known {
                return Err(format!("`{code}` is no command code"));
            }
        }
        Ok(set)
    }
}

impl From<CommandSet> for Vec<String> {
    fn from(set: CommandSet) -> Self {
        set.iter().map(|[a, b]| String::from_iter([char::from(a), char::from(b)])).collect()
    }
}

fn place([a, b]: [u8; 2]) -> Option<usize> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        b'A'..=b'Z' => Some(usize::from(byte - b'A') + 10),
        _ => None,
    };
    Some(digit(a)? * CHARACTERS + digit(b)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        let mut set = CommandSet::default();
        for code in [*b"CA", *b"00", *b"ZZ", *b"A0"] {
            assert!(set.set(code, true));
        }
        assert!(set.set(*b"A0", false));
        assert_eq!(set.iter().collect::<Vec<_>>(), [*b"00", *b"CA", *b"ZZ"]);
        assert!(!set.set(*b"c1", true) && !set.contains(*b"a0"));
        let codes = Vec::from(set.clone());
        assert_eq!(CommandSet::try_from(codes), Ok(set));
        assert!(CommandSet::try_from(vec!["CAX".to_owned()]).is_err());
    }
}
