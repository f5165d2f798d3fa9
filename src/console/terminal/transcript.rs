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
    is_recording: bool,
    /// The conversation as it went.
    pub happened: String,
    /// Where the cards are.
    pub cards: BTreeMap<String, Vec<u8>>,
}

impl<'a> Transcript<'a> {
    /// The conversation as it should go.
    pub fn new(text: &'a str) -> Self {
        Self {
            lines: text.lines(),
            is_recording: false,
            happened: String::new(),
            cards: BTreeMap::new(),
        }
    }

    /// Only what is typed, one answer a line: what happens is a transcript.
    pub fn record(text: &'a str) -> Self {
        Self { is_recording: true, ..Self::new(text) }
    }
}

impl Terminal for Transcript<'_> {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        let expected = self.lines.next().ok_or(Stop::Ended)?;
        if self.is_recording {
            let shown = match echo {
                Echo::Hidden => format!("{prompt}<{expected}>"),
                Echo::Plain => format!("{prompt}{expected}"),
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
            Echo::Plain => Some(typed),
        };
        text.map(|text| Zeroizing::new(text.to_owned())).ok_or(Stop::Ended)
    }

    fn line(&mut self, text: &str) -> Outcome {
        for line in text.split('\n') {
            if !self.is_recording {
                self.lines.next();
            }
            self.happened.push_str(line.trim_end());
            self.happened.push('\n');
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
