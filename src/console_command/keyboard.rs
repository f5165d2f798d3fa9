//! The officer's own terminal.

use std::io::{self, BufRead as _, Write as _};

use console::{COMMANDS, Drawer, Echo, Folder, Outcome, Stop, Terminal};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Context, Editor, Helper, Highlighter, Hinter, Validator};
use zeroize::{Zeroize as _, Zeroizing};

/// Edits lines, completes the names of commands, remembers commands and nothing else.
pub(super) struct Keyboard {
    editor: Editor<Names, MemHistory>,
    drawer: Folder,
}

impl Keyboard {
    /// The terminal of this process.
    pub(super) fn new(drawer: Folder) -> Result<Self, ReadlineError> {
        let configuration = rustyline::Config::builder().auto_add_history(false).build();
        let mut editor = Editor::with_history(configuration, MemHistory::new())?;
        editor.set_helper(Some(Names));
        Ok(Self { editor, drawer })
    }
}

impl Terminal for Keyboard {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        if echo == Echo::Hidden {
            return hidden(prompt).map_err(|_| Stop::Ended);
        }
        match self.editor.readline(prompt) {
            Ok(line) => {
                // Only what stands behind the prompt of commands is worth remembering.
                if prompt.ends_with("> ") && !line.trim().is_empty() {
                    let _ = self.editor.add_history_entry(&line);
                }
                Ok(Zeroizing::new(line))
            }
            Err(ReadlineError::Interrupted) => Err(Stop::Aborted),
            Err(_) => Err(Stop::Ended),
        }
    }

    fn line(&mut self, text: &str) -> Outcome {
        writeln!(io::stdout(), "{text}").map_err(|_| Stop::Ended)
    }

    fn is_patient(&self) -> bool {
        true
    }

    fn drawer(&mut self) -> &mut dyn Drawer {
        &mut self.drawer
    }
}

/// Reads a line that does not show.
fn hidden(prompt: &str) -> io::Result<Zeroizing<String>> {
    let mut out = io::stdout();
    write!(out, "{prompt}")?;
    out.flush()?;
    let quiet = Quiet::new()?;
    // Long enough that it never moves, so that it leaves no copies behind.
    let mut line = Zeroizing::new(String::with_capacity(1024));
    let count = io::stdin().lock().read_line(&mut line)?;
    drop(quiet);
    writeln!(out)?;
    if count == 0 {
        line.zeroize();
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let length = line.trim_end().len();
    line.truncate(length);
    Ok(line)
}

/// A terminal without echo, until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // If the terminal is gone there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Names of commands.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Names;

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let begun = line.get(..position).unwrap_or(line).to_uppercase();
        let names = COMMANDS.iter().map(|command| command.name);
        Ok((0, names.filter(|name| name.starts_with(&begun)).map(str::to_owned).collect()))
    }
}
