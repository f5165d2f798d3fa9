//! The admin console: one file per console command, and a row in [`COMMANDS`].
//!
//! A command is a conversation: straight code that asks for typed answers and tells results. Prompt, check and refusal
//! of an answer belong to its *type* ([`Answer`]), so every command that asks for a key type asks in the same words.
//! Keyboard, script, transcript and a console that is connected through a socket differ only in the [`Terminal`]
//! underneath. No lock is held while an officer thinks.

pub mod answers;
pub mod card;
mod commands;
mod desk;
mod door;
mod manual;
mod remote;
mod screens;
mod security;
mod terminal;

use std::borrow::Cow;

use appliance::Category;

pub use answers::Answer;
pub use commands::COMMANDS;
pub use desk::{Desk, Seat};
pub use door::{Credential, Door, NotAdmitted};
pub use manual::manual;
pub use remote::{Remote, attend};
pub use terminal::{Drawer, Echo, Folder, Script, Terminal, Transcript};

/// Why a conversation ends before its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stop {
    /// The officer gave up this command.
    Aborted,
    /// The input ended: there is nobody any more.
    Ended,
    /// Nobody is there to answer again, or the appliance says no.
    Refused(Cow<'static, str>),
}

impl Stop {
    /// The appliance says no.
    pub fn no<T>(text: impl Into<Cow<'static, str>>) -> Outcome<T> {
        Err(Self::Refused(text.into()))
    }
}

/// How a conversation goes.
pub type Outcome<T = ()> = Result<T, Stop>;

/// State of the appliance by its key locks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum States {
    /// Any state.
    Any,
    /// One lock open, or both.
    OfflineOrSecure,
    /// Both locks open.
    Secure,
}

/// Who sits at a console.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Party {
    /// Who leases the appliance out: sees what is no customer data.
    Provider,
    /// The customer, who alone administers it.
    #[default]
    Tenant,
}

/// What is known about a console command without running it.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// What officers type.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// When it is allowed.
    pub states: States,
    /// Authorised activity of the management LMK that it needs.
    pub activity: Option<Category>,
    /// Whether the audit log has it even where user actions are not audited.
    pub always_audited: bool,
    /// Whether the provider may use it, too.
    pub for_provider: bool,
    /// The conversation.
    pub run: fn(&mut Desk<'_>) -> Outcome,
}

impl Command {
    /// A command of the customer that is allowed in any state, which is what most are.
    pub(crate) const fn new(
        name: &'static str,
        summary: &'static str,
        run: fn(&mut Desk<'_>) -> Outcome,
    ) -> Self {
        Self {
            name,
            summary,
            states: States::Any,
            activity: None,
            always_audited: false,
            for_provider: false,
            run,
        }
    }

    /// The same in secure state only.
    pub(crate) const fn secure(self) -> Self {
        Self { states: States::Secure, ..self }
    }

    /// The same while the appliance is not online.
    pub(crate) const fn offline(self) -> Self {
        Self { states: States::OfflineOrSecure, ..self }
    }

    /// The same with an activity authorised under the management LMK.
    pub(crate) const fn authorised(self, category: Category) -> Self {
        Self { activity: Some(category), ..self }
    }

    /// The same, audited whatever the options say.
    pub(crate) const fn audited(self) -> Self {
        Self { always_audited: true, ..self }
    }

    /// The same, also for the provider.
    pub(crate) const fn for_provider(self) -> Self {
        Self { for_provider: true, ..self }
    }
}
