//! Authorised activities: what officers have allowed for a while.

use std::collections::BTreeSet;

/// What a host command may ask to be authorised for: `<category>.<sub>.host` at the console.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Category {
    /// Make keys.
    Generate,
    /// Form keys from components.
    Component,
    /// Generate and print.
    Genprint,
    /// Bring keys in.
    Import,
    /// Send keys out.
    Export,
    /// Handle clear PINs.
    Pin,
    /// See diagnostic data.
    Diag,
    /// Run one command.
    Command,
}

/// The activities that are authorised.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Authorisations {
    everything: bool,
    /// What is authorised, or what is not where everything else is.
    listed: BTreeSet<(Category, String)>,
}

impl Category {
    const WORDS: [(Self, &str); 8] = [
        (Self::Generate, "generate"),
        (Self::Component, "component"),
        (Self::Genprint, "genprint"),
        (Self::Import, "import"),
        (Self::Export, "export"),
        (Self::Pin, "pin"),
        (Self::Diag, "diag"),
        (Self::Command, "command"),
    ];

    /// The category that the console calls so.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(category, _)| *category)
    }
}

impl Authorisations {
    /// Every activity, as `serve --dev` has it.
    pub fn everything() -> Self {
        Self { everything: true, listed: BTreeSet::new() }
    }

    /// Authorises an activity of the host.
    pub fn authorise(&mut self, category: Category, sub: &str) {
        self.set(category, sub, true);
    }

    /// Whether an activity of the host is authorised.
    pub fn allows(&self, category: Category, sub: &str) -> bool {
        let listed = || self.listed.iter().any(|(known, name)| *known == category && name == sub);
        self.everything != (!self.listed.is_empty() && listed())
    }

    /// Cancels an activity; false where it was not authorised.
    pub fn cancel(&mut self, category: Category, sub: &str) -> bool {
        let allowed = self.allows(category, sub);
        self.set(category, sub, false);
        allowed
    }

    /// Cancels every activity; returns how many were authorised, one where everything was.
    pub fn cancel_all(&mut self) -> usize {
        let count = if self.everything { 1 } else { self.listed.len() };
        *self = Self::default();
        count
    }

    fn set(&mut self, category: Category, sub: &str, allowed: bool) {
        let entry = (category, sub.to_owned());
        if allowed == self.everything {
            self.listed.remove(&entry);
        } else {
            self.listed.insert(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities_come_and_go() {
        let mut authorised = Authorisations::default();
        assert!(!authorised.allows(Category::Export, "001"));
        authorised.authorise(Category::Export, "001");
        assert!(authorised.allows(Category::Export, "001"));
        assert!(!authorised.allows(Category::Import, "001"));
        assert!(authorised.cancel(Category::Export, "001"));
        assert!(!authorised.cancel(Category::Export, "001"));
        let mut authorised = Authorisations::everything();
        assert!(authorised.allows(Category::Diag, "host"));
        assert!(authorised.cancel(Category::Diag, "host"));
        assert!(!authorised.allows(Category::Diag, "host"));
        assert!(authorised.allows(Category::Diag, "console"));
        authorised.authorise(Category::Diag, "host");
        assert!(authorised.allows(Category::Diag, "host"));
        authorised.cancel_all();
        assert!(!authorised.allows(Category::Diag, "host"));
    }
}
