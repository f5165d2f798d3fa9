//! Recorded conversations.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Drawer, Echo, Terminal};
use crate::{Outcome, Stop};

/// A recorded conversation that is its own script: what stands behind a prompt was typed there, hidden answers between
/// `<` and `>`.
#[derive(Debug)]
pub struct Transcript<'a> {
    lines: std::str::Lines<'a>,
    source: Source,
    /// The last question, if it is new in an outdated conversation.
    unknown: Option<String>,
    /// What was told last, if that was after the last answer.
    told: Option<String>,
    /// The conversation as it went.
    pub happened: String,
    /// Where the cards are.
    pub cards: BTreeMap<String, Vec<u8>>,
}

/// What the lines are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// The conversation as it should go.
    Conversation,
    /// What is typed, one answer a line.
    Typed,
    /// A conversation as it went before something changed.
    Outdated,
}

impl<'a> Transcript<'a> {
    /// The conversation as it should go.
    pub fn new(text: &'a str) -> Self {
        Self::from(text, Source::Conversation)
    }

    /// Only what is typed, one answer a line: what happens is a transcript.
    pub fn record(text: &'a str) -> Self {
        Self::from(text, Source::Typed)
    }

    /// The same answers to the same questions as in a conversation that went before something changed; a question that
    /// is new within its command gets Return.
    pub fn again(text: &'a str) -> Self {
        Self::from(text, Source::Outdated)
    }

    fn from(text: &'a str, source: Source) -> Self {
        Self {
            lines: text.lines(),
            source,
            unknown: None,
            told: None,
            happened: String::new(),
            cards: BTreeMap::new(),
        }
    }

    /// The line of an outdated conversation that holds the answer to this prompt.
    fn answered(&mut self, prompt: &str) -> Option<&'a str> {
        let mut ahead = self.lines.clone();
        let told = self.told.take();
        if prompt.is_empty() {
            // Such an answer is a line of its own, behind what was told before or behind the last one.
            if let Some(told) = told {
                ahead.by_ref().take_while(|line| !is_command(line)).find(|line| *line == told)?;
            }
            let typed = ahead.next().filter(|line| !is_command(line))?;
            self.lines = ahead;
            return Some(typed);
        }
        while let Some(line) = ahead.next() {
            if is_command(line) {
                let (_, typed) = line.split_once("> ").filter(|_| prompt.ends_with("> "))?;
                self.lines = ahead;
                return Some(typed);
            }
            if let Some(typed) = line.strip_prefix(prompt.trim_end()) {
                self.lines = ahead;
                return Some(typed.trim_start());
            }
        }
        None
    }
}

/// Whether a line of a conversation holds a command.
fn is_command(line: &str) -> bool {
    let mode = line.split_once("> ").map_or("", |(mode, _)| mode.trim_end_matches("-AUTH"));
    matches!(mode, "Online" | "Offline" | "Secure")
}

impl Terminal for Transcript<'_> {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        let expected = match self.source {
            Source::Outdated => {
                let is_over = !self.lines.clone().any(is_command);
                let before = self.unknown.take();
                let typed = match self.answered(prompt) {
                    Some(typed) => typed,
                    None if is_over => return Err(Stop::Ended),
                    // Return is no answer to it.
                    None if before.as_deref() == Some(prompt) => return Err(Stop::Aborted),
                    None => {
                        self.unknown = Some(prompt.to_owned());
                        ""
                    }
                };
                typed.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(typed)
            }
            _ => self.lines.next().ok_or(Stop::Ended)?,
        };
        if self.source != Source::Conversation {
            let shown = match echo {
                Echo::Hidden => format!("{prompt}<{expected}>"),
                Echo::Plain | Echo::Shown => format!("{prompt}{expected}"),
            };
            self.happened.extend([shown.trim_end(), "\n"]);
            return Ok(Zeroizing::new(expected.to_owned()));
        }
        // A different prompt gets the same line, and the comparison shows the difference.
        let typed = expected.strip_prefix(prompt.trim_end()).unwrap_or_default();
        let typed = typed.strip_prefix(' ').unwrap_or(typed);
        let space = if prompt.ends_with(' ') && !typed.is_empty() { " " } else { "" };
        self.happened.extend([prompt.trim_end(), space, typed, "\n"]);
        let text = match echo {
            Echo::Hidden => typed.strip_prefix('<').and_then(|text| text.strip_suffix('>')),
            Echo::Plain | Echo::Shown => Some(typed),
        };
        text.map(|text| Zeroizing::new(text.to_owned())).ok_or(Stop::Ended)
    }

    fn line(&mut self, text: &str) -> Outcome {
        for line in text.split('\n') {
            if self.source == Source::Conversation {
                self.lines.next();
            }
            self.happened.push_str(line.trim_end());
            self.happened.push('\n');
            self.told = Some(line.trim_end().to_owned());
        }
        Ok(())
    }

    fn is_patient(&self) -> bool {
        true
    }

    fn drawer(&mut self) -> &mut dyn Drawer {
        &mut self.cards
    }
}
