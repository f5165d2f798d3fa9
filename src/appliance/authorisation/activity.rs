//! Names of activities: `category.sub.interface`.

use core::fmt;

use serde::{Deserialize, Serialize};
use vault::{KeyType, KeyTypes};

/// First part of the name of an activity.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
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
    /// Handle the audit log.
    Audit,
    /// Administer the device.
    Admin,
    /// See diagnostic data.
    Diag,
    /// Other commands of the console.
    Misc,
    /// Run one command.
    Command,
}

/// Where an activity is carried out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Interface {
    /// By a host application.
    Host,
    /// At the console.
    Console,
}

/// An activity, or all that have a part of the name in common.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Activity {
    /// Category; none is all.
    pub category: Option<Category>,
    /// What for within the category, as a key type code; none is all.
    pub sub: Option<String>,
    /// Interface; none is both.
    pub interface: Option<Interface>,
}

/// Why a text names no activity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ActivityFault {
    /// The category is unknown, or several begin so.
    #[error("Invalid category")]
    Category,
    /// The interface is neither host nor console.
    #[error("Invalid interface")]
    Interface,
}

impl Category {
    /// All of them, in the order in which officers are asked.
    pub const ALL: [Self; 11] = [
        Self::Generate,
        Self::Component,
        Self::Genprint,
        Self::Import,
        Self::Export,
        Self::Pin,
        Self::Audit,
        Self::Admin,
        Self::Diag,
        Self::Misc,
        Self::Command,
    ];

    /// As the console calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Component => "component",
            Self::Genprint => "genprint",
            Self::Import => "import",
            Self::Export => "export",
            Self::Pin => "pin",
            Self::Audit => "audit",
            Self::Admin => "admin",
            Self::Diag => "diag",
            Self::Misc => "misc",
            Self::Command => "command",
        }
    }

    /// The category that the console calls so.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.word() == word)
    }

    /// The only category that begins so, or is called so. `gen` is generate, as the manual's own examples have it.
    pub fn abbreviated(word: &str) -> Option<Self> {
        let usual = (word == "gen").then_some(Self::Generate);
        Self::from_word(word).or(usual).or_else(|| {
            let mut like = Self::ALL.into_iter().filter(|known| known.word().starts_with(word));
            like.next().filter(|_| !word.is_empty() && like.next().is_none())
        })
    }
}

impl Interface {
    /// As the console calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Console => "console",
        }
    }
}

impl Activity {
    /// Every activity: what single authorisation means.
    pub const ANY: Self = Self { category: None, sub: None, interface: None };

    /// One activity.
    pub fn of(category: Category, sub: &str, interface: Interface) -> Self {
        Self { category: Some(category), sub: Some(sub.to_owned()), interface: Some(interface) }
    }

    /// Reads `category[.sub][.interface]`; `..` stands before an interface where the sub-category is left out. Words
    /// may be abbreviated as long as they are unique.
    ///
    /// # Errors
    /// [`ActivityFault`].
    pub fn parse(text: &str) -> Result<Self, ActivityFault> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.splitn(3, '.');
        let category = parts.next().and_then(Category::abbreviated);
        let sub = parts.next().filter(|sub| !sub.is_empty());
        let sub = sub.map(|sub| sub_category(category, &sub.to_ascii_uppercase()));
        let interface = match parts.next() {
            None | Some("") => None,
            Some(word) if "host".starts_with(word) => Some(Interface::Host),
            Some(word) if "console".starts_with(word) => Some(Interface::Console),
            Some(_) => return Err(ActivityFault::Interface),
        };
        Ok(Self { category: Some(category.ok_or(ActivityFault::Category)?), sub, interface })
    }

    /// Whether this activity is among them.
    pub fn covers(&self, category: Category, sub: &str, interface: Interface) -> bool {
        self.category.is_none_or(|own| own == category)
            && self.sub.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(sub))
            && self.interface.is_none_or(|own| own == interface)
    }
}

/// A sub-category in full: a key type by code or, as older devices have it, by name; `mailer` and `clear` of PINs may be
/// abbreviated.
fn sub_category(category: Option<Category>, sub: &str) -> String {
    if category == Some(Category::Pin) {
        let full = ["CLEAR", "MAILER"].into_iter().find(|full| full.starts_with(sub));
        return full.unwrap_or(sub).to_owned();
    }
    let is_named = |key_type: &&KeyType| key_type.name.split([' ', ',']).any(|name| name == sub);
    match KeyTypes::Standard.iter().find(is_named) {
        Some(key_type) if category != Some(Category::Command) => key_type.code().to_owned(),
        _ => sub.to_owned(),
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.category.map_or("everything", Category::word))?;
        let sub = self.sub.as_deref().unwrap_or_default();
        if !sub.is_empty() || self.interface.is_some() {
            write!(f, ".{}", sub.to_ascii_lowercase())?;
        }
        match self.interface {
            Some(interface) => write!(f, ".{}", interface.word()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (typed, name) in [
            ("gen.000.con", "generate.000.console"),
            ("gen.zmk.con", "generate.000.console"),
            ("p.c.h", "pin.clear.host"),
            ("exp.tpk", "export.002"),
            ("export..host", "export..host"),
            ("Command.ta.host", "command.ta.host"),
            ("admin", "admin"),
            ("generate.00a", "generate.00a"),
            ("misc..c", "misc..console"),
        ] {
            assert_eq!(Activity::parse(typed).map(|it| it.to_string()).as_deref(), Ok(name));
        }
        for wrong in ["", "a", "ex port", "co.ta", "nothing"] {
            assert_eq!(Activity::parse(wrong), Err(ActivityFault::Category), "{wrong}");
        }
        assert_eq!(Activity::parse("audit..printer"), Err(ActivityFault::Interface));
    }

    #[test]
    fn what_is_left_out_is_all() {
        let covers = |text: &str| {
            let activity = Activity::parse(text).expect("an activity");
            activity.covers(Category::Export, "00A", Interface::Host)
        };
        assert!(["export", "export.00a", "export.00A.host", "exp..h"].map(covers) == [true; 4]);
        assert!(["import", "export.001", "export..console"].map(covers) == [false; 3]);
        assert!(Activity::ANY.covers(Category::Misc, "", Interface::Console));
    }
}
