//! The officer's own terminal.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use console::{Drawer, Echo, Outcome, Stop, Terminal};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Context, Editor, Helper, Hinter, Validator};
use zeroize::{Zeroize as _, Zeroizing};

/// Edits lines, completes the names of commands, remembers commands and nothing else.
pub(super) struct Keyboard {
    editor: Editor<Names, MemHistory>,
    drawer: Box<dyn Drawer>,
    ahead: Ahead,
}

impl Keyboard {
    /// The terminal of this process, for commands that are called so.
    pub(super) fn new(
        drawer: Box<dyn Drawer>,
        commands: Vec<&'static str>,
    ) -> Result<Self, ReadlineError> {
        let configuration = rustyline::Config::builder()
            .auto_add_history(false)
            .completion_type(CompletionType::List)
            .build();
        let mut editor = Editor::with_history(configuration, MemHistory::new())?;
        editor.set_helper(Some(Names { commands, ..Names::default() }));
        Ok(Self { editor, drawer, ahead: Ahead::default() })
    }
}

impl Terminal for Keyboard {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        // What cannot be looked at was not typed ahead.
        let _ = self.ahead.look();
        if echo == Echo::Hidden || self.ahead.has_line() {
            return asked(prompt, echo, &mut self.ahead);
        }
        if let Some(names) = self.editor.helper_mut() {
            names.are_asked = prompt.ends_with("> ");
            names.may_hide = echo == Echo::Shown;
        }
        let begun = self.ahead.begun();
        match self.editor.readline_with_initial(prompt, (&begun, "")) {
            Ok(mut line) => {
                // Lines that were pasted together are as many answers.
                if let Some(end) = line.find('\n') {
                    self.ahead.put_back(&line[end + 1..]);
                    line.truncate(end);
                }
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
        &mut *self.drawer
    }
}

/// Reads a line without the editor: one that does not show, or that was typed ahead.
fn asked(prompt: &str, echo: Echo, ahead: &mut Ahead) -> Outcome<Zeroizing<String>> {
    let mut out = io::stdout();
    let told = |written: io::Result<()>| written.map_err(|_| Stop::Ended);
    told(write!(out, "{prompt}").and_then(|()| out.flush()))?;
    let raw = Raw::new(1).map_err(|_| Stop::Ended)?;
    let outcome = typed(&mut ahead.chain(Keys), echo, &mut out);
    drop(raw);
    told(writeln!(out))?;
    outcome
}

/// Keys as they are typed: nothing is read ahead, for what follows belongs to the next question.
struct Keys;

impl Read for Keys {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(io::stdin(), buffer)?)
    }
}

/// What was typed before it was asked for. The editor would lose it: it reads all that there is, and keeps one line.
#[derive(Default)]
struct Ahead(Zeroizing<Vec<u8>>);

impl Ahead {
    /// Takes in what the terminal has.
    fn look(&mut self) -> io::Result<()> {
        let _raw = Raw::new(0)?;
        let mut some = Zeroizing::new([0; 256]);
        while self.0.len() < LONGEST {
            match Keys.read(&mut some[..])? {
                0 => break,
                count => self.0.extend_from_slice(&some[..count]),
            }
        }
        Ok(())
    }

    fn has_line(&self) -> bool {
        self.0.iter().any(|key| matches!(key, b'\r' | b'\n'))
    }

    /// The beginning of an answer that goes on at the keyboard.
    fn begun(&mut self) -> String {
        let keys = core::mem::take(&mut self.0);
        keys.iter().filter(|key| matches!(key, b' '..=b'~')).map(|key| char::from(*key)).collect()
    }

    /// Lines that come before all others.
    fn put_back(&mut self, lines: &str) {
        self.0 = Zeroizing::new([lines.as_bytes(), b"\n", &self.0].concat());
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&self.0[..]).read(buffer)?;
        self.0.drain(..count);
        Ok(count)
    }
}

/// Reads keys up to Return, and shows each or a star for it.
fn typed(keys: &mut impl Read, echo: Echo, out: &mut impl Write) -> Outcome<Zeroizing<String>> {
    // Long enough that it never moves, so that it leaves no copies behind.
    let mut line = Zeroizing::new(String::with_capacity(LONGEST));
    let mut key = Zeroizing::new([0]);
    loop {
        let shown: &[u8] = match keys.read(&mut key[..]) {
            Ok(1) => match key[0] {
                b'\r' | b'\n' => return Ok(line),
                CONTROL_C => return Err(Stop::Aborted),
                CONTROL_D if line.is_empty() => return Err(Stop::Ended),
                BACKSPACE | DELETE => line.pop().map_or(b"", |_| b"\x08 \x08"),
                CONTROL_U => {
                    let erased = b"\x08 \x08".repeat(line.len());
                    line.zeroize();
                    out.write_all(&erased).map_err(|_| Stop::Ended)?;
                    b""
                }
                character @ b' '..=b'~' if line.len() < LONGEST => {
                    let is_hidden =
                        echo == Echo::Hidden || (echo == Echo::Shown && line.starts_with('^'));
                    line.push(char::from(character));
                    if is_hidden { b"*" } else { &key[..] }
                }
                _ => b"",
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            _ => return Err(Stop::Ended),
        };
        out.write_all(shown).and_then(|()| out.flush()).map_err(|_| Stop::Ended)?;
    }
}

/// Longest answer that is read without the editor.
const LONGEST: usize = 1024;

const CONTROL_C: u8 = 3;
const CONTROL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CONTROL_U: u8 = 21;
const DELETE: u8 = 127;

/// A terminal that passes every key on at once and shows none, until this is dropped.
struct Raw(Termios);

impl Raw {
    /// Reading waits for so many keys.
    fn new(least: u8) -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut modes = before.clone();
        // Ctrl-C is a key like others, for else it would leave the terminal as it is now.
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VMIN] = least;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // If the terminal is gone there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Completes the names of commands, and hides an answer that begins with `^`.
#[derive(Default, Helper, Hinter, Validator)]
struct Names {
    /// What commands are called.
    commands: Vec<&'static str>,
    /// Whether a command is asked for.
    are_asked: bool,
    /// Whether an answer may be hidden.
    may_hide: bool,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        if !self.are_asked {
            return Ok((0, Vec::new()));
        }
        let begun = line.get(..position).unwrap_or(line).to_uppercase();
        let names = self.commands.iter().filter(|name| name.starts_with(&begun));
        Ok((0, names.map(|name| (*name).to_owned()).collect()))
    }
}

impl Highlighter for Names {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        match line.strip_prefix('^').filter(|_| self.may_hide) {
            Some(hidden) => Cow::Owned(format!("^{}", "*".repeat(hidden.chars().count()))),
            None => Cow::Borrowed(line),
        }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.may_hide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(keys: &[u8], echo: Echo) -> (Outcome<String>, Vec<u8>) {
        let mut shown = Vec::new();
        let line = typed(&mut &keys[..], echo, &mut shown).map(|line| line.to_string());
        (line, shown)
    }

    #[test]
    fn hidden_answers_show_as_stars() {
        let hidden = |keys| entered(keys, Echo::Hidden);
        assert_eq!(hidden(b"12a\r"), (Ok("12a".to_owned()), b"***".to_vec()));
        assert_eq!(hidden(b"1\x7F\x7F2\n"), (Ok("2".to_owned()), b"*\x08 \x08*".to_vec()));
        assert_eq!(hidden(b"12\x153\n").0, Ok("3".to_owned()));
        assert_eq!(hidden(b"\t\x1B5\r").0, Ok("5".to_owned()));
    }

    #[test]
    fn answers_that_were_typed_ahead_show_as_others_do() {
        assert_eq!(entered(b"00\r", Echo::Plain), (Ok("00".to_owned()), b"00".to_vec()));
        assert_eq!(entered(b"12\r", Echo::Shown), (Ok("12".to_owned()), b"12".to_vec()));
        assert_eq!(entered(b"^12\r", Echo::Shown), (Ok("^12".to_owned()), b"^**".to_vec()));
    }

    #[test]
    fn hidden_answers_can_be_given_up() {
        for (keys, stop) in
            [(&b"12\x03"[..], Stop::Aborted), (b"\x04", Stop::Ended), (b"12", Stop::Ended)]
        {
            assert_eq!(entered(keys, Echo::Hidden).0, Err(stop));
        }
    }

    #[test]
    fn what_was_typed_ahead_is_taken_line_by_line() {
        let mut ahead = Ahead::default();
        ahead.put_back("3\nvt");
        ahead.put_back("1\n2");
        let mut line = || {
            let line = typed(&mut ahead, Echo::Plain, &mut Vec::new());
            line.map(|line| line.to_string())
        };
        for expected in ["1", "2", "3", "vt"] {
            assert_eq!(line(), Ok(expected.to_owned()));
        }
        ahead.0.extend_from_slice(b"gete\x1B");
        assert!(!ahead.has_line());
        assert_eq!((ahead.begun(), ahead.has_line()), ("gete".to_owned(), false));
    }
}
