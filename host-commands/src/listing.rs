//! Every host command: those that are built and those that are known by name.

use wire::Evidence;

use crate::{COMMANDS, FAMILIES, NAMED, envelope::reply_code};

/// Whether a command does its work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// It does.
    Implemented,
    /// It answers 68: its layout is not public, or it is not built yet.
    Named,
}

impl Status {
    /// The word that listings show.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Implemented => "implemented",
            Self::Named => "named",
        }
    }
}

/// One line of the listing.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Command code.
    pub code: [u8; 2],
    /// Reply code.
    pub reply: [u8; 2],
    /// Code of the second reply, of a command that prints.
    pub second: Option<[u8; 2]>,
    /// What it does.
    pub name: &'static str,
    /// Family.
    pub family: &'static str,
    /// How well its layout, or its existence, is grounded.
    pub evidence: Evidence,
    /// Whether it does its work.
    pub status: Status,
    /// Package that must be licensed, else error 67; of a command that is known by name only, nothing.
    pub licence: &'static str,
}

/// Every host command, by code.
pub fn listing() -> Vec<Listed> {
    let built = COMMANDS.iter().zip(FAMILIES).map(|(entry, family)| Listed {
        code: entry.spec.code,
        reply: entry.spec.reply_code,
        second: entry.spec.print_code,
        name: entry.spec.doc.lines().next().unwrap_or_default().trim_end_matches('.'),
        family,
        evidence: entry.spec.evidence,
        status: Status::Implemented,
        licence: entry.spec.licence,
    });
    let named = NAMED.iter().map(|named| Listed {
        code: named.code,
        reply: reply_code(named.code),
        second: None,
        name: named.name,
        family: named.family,
        evidence: named.evidence,
        status: Status::Named,
        licence: "",
    });
    let mut all: Vec<_> = built.chain(named).collect();
    all.sort_by_key(|listed| listed.code);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_once() {
        let all = listing();
        for pair in all.windows(2) {
            let code = pair[0].code.escape_ascii();
            assert_ne!(pair[0].code, pair[1].code, "{code}: a built command leaves named.rs");
        }
        assert_eq!(all.len(), 302);
    }

    #[test]
    fn reply_codes_are_the_rule() {
        for listed in listing() {
            assert_eq!(listed.reply, reply_code(listed.code), "{}", listed.code.escape_ascii());
            let second = listed.second.unwrap_or([listed.code[0], b'Z']);
            assert_eq!(second, [listed.code[0], b'Z'], "{}", listed.code.escape_ascii());
        }
    }
}
