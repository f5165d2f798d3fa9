//! What a conversation is held on.

mod drawer;
mod script;
mod transcript;

use zeroize::Zeroizing;

pub use drawer::{Drawer, Folder};
pub use script::Script;
pub use transcript::Transcript;

use crate::Outcome;

/// How typed text shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Echo {
    /// As typed.
    Plain,
    /// Not at all, or as stars.
    Hidden,
    /// As typed, unless it begins with `^`.
    Shown,
}

/// A line in, a line out, and a card reader beside them. It blocks: a console has a thread of its own.
pub trait Terminal {
    /// Shows the prompt and reads one line.
    ///
    /// # Errors
    /// [`Stop::Aborted`](crate::Stop::Aborted) if the officer gave up, [`Stop::Ended`](crate::Stop::Ended) if nothing follows.
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>>;

    /// Shows one line.
    fn line(&mut self, text: &str) -> Outcome;

    /// Whether somebody is there to answer again.
    fn is_patient(&self) -> bool;

    /// Where the officer keeps his cards.
    fn drawer(&mut self) -> &mut dyn Drawer;
}
