//! Commands and answers from a file.

use std::io::Write;

use zeroize::Zeroizing;

use super::{Drawer, Echo, Terminal};
use crate::{Outcome, Stop};

/// Commands and answers, one a line; lines that begin with `#` are comments. A refused answer ends the command.
#[derive(Debug)]
pub struct Script<I, W, D> {
    /// The lines.
    pub lines: I,
    /// Where the conversation is shown.
    pub out: W,
    /// Where the cards are.
    pub drawer: D,
}

impl<I: Iterator<Item = Zeroizing<String>>, W: Write, D: Drawer> Terminal for Script<I, W, D> {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        let line = self.lines.find(|line| !line.starts_with('#')).ok_or(Stop::Ended)?;
        match echo {
            Echo::Plain => self.line(&format!("{prompt}{}", *line))?,
            Echo::Shown if !line.starts_with('^') => self.line(&format!("{prompt}{}", *line))?,
            Echo::Hidden | Echo::Shown => self.line(prompt.trim_end())?,
        }
        Ok(line)
    }

    fn line(&mut self, text: &str) -> Outcome {
        writeln!(self.out, "{text}").map_err(|_| Stop::Ended)
    }

    fn is_patient(&self) -> bool {
        false
    }

    fn drawer(&mut self) -> &mut dyn Drawer {
        &mut self.drawer
    }
}
