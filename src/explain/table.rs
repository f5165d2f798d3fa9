//! A decoded message as a table: offset, name, value, meaning.

use std::io::{self, IsTerminal as _, Write};

use host_commands::explain::{Explained, Line};
use wire::LmkKind;

/// Most characters of a value on one line.
const VALUE: usize = 48;
/// Least characters of a meaning on one line, however narrow the terminal is.
const MEANING: usize = 24;

/// How a message is shown.
pub(super) struct Table<'a> {
    pub(super) message: &'a [u8],
    /// Long values over several lines, instead of cut.
    pub(super) full: bool,
    /// Also what is clear.
    pub(super) reveal: bool,
    /// Characters of a line; none where it does not matter.
    pub(super) width: Option<usize>,
}

/// Width of the terminal, if standard output is one.
pub(super) fn width() -> Option<usize> {
    let out = io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&out).ok()?;
    Some(size.ws_col.into()).filter(|width| *width > 0)
}

impl Table<'_> {
    /// Prints the title and one line for each field, more where a cell is long.
    pub(super) fn print(&self, explained: &Explained, out: &mut impl Write) -> io::Result<()> {
        let under = match explained.lmk {
            LmkKind::Variant => "",
            LmkKind::KeyBlock => " (under a 3DES key block LMK)",
            LmkKind::AesKeyBlock => " (under an AES key block LMK)",
        };
        writeln!(out, "{}{under}", explained.title)?;
        let rows: Vec<_> = explained.lines.iter().map(|line| (line, self.value(line))).collect();
        let names = rows.iter().map(|(line, _)| name(line).chars().count()).max().unwrap_or(0);
        let values = rows.iter().flat_map(|(_, value)| value).map(|text| text.chars().count());
        let values = values.max().unwrap_or(0);
        let meanings = self.width.map(|width| {
            let before = OFFSET + 2 + names + 2 + values + 2;
            width.saturating_sub(before).max(MEANING)
        });
        for (line, value) in &rows {
            let meaning = wrapped(&line.note, meanings);
            for at in 0..value.len().max(meaning.len()) {
                let offset = if at == 0 { line.at.start.to_string() } else { String::new() };
                let name = if at == 0 { name(line) } else { String::new() };
                let cell = |cells: &[String]| cells.get(at).cloned().unwrap_or_default();
                let (value, meaning) = (cell(value), cell(&meaning));
                let text = format!("{offset:>OFFSET$}  {name:names$}  {value:values$}  {meaning}");
                writeln!(out, "{}", text.trim_end())?;
            }
        }
        Ok(())
    }

    /// The value of a line, in one piece, cut, or in several pieces.
    fn value(&self, line: &Line) -> Vec<String> {
        let bytes = self.message.get(line.at.clone()).unwrap_or_default();
        if line.is_secret && !self.reveal {
            let length = bytes.len();
            return vec![if length > VALUE {
                format!("** {length} bytes **")
            } else {
                "*".repeat(length)
            }];
        }
        let shown: Vec<_> = bytes.iter().map(|byte| byte.escape_ascii().to_string()).collect();
        let pieces = pieces(&shown);
        match &pieces[..] {
            [] => vec![String::new()],
            [_] => pieces,
            _ if self.full => pieces,
            _ => vec![cut(&shown)],
        }
    }
}

/// Digits of an offset, and the space before it.
const OFFSET: usize = 6;

fn name(line: &Line) -> String {
    format!("{}{}", "  ".repeat(line.depth), line.name)
}

/// Bytes as they are shown, in pieces that fit; no byte is split.
fn pieces(shown: &[String]) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for byte in shown {
        match pieces.last_mut() {
            Some(last) if last.len() + byte.len() <= VALUE => last.push_str(byte),
            _ => pieces.push(byte.clone()),
        }
    }
    pieces
}

/// Beginning and end of bytes that do not fit, and how many there are.
fn cut(shown: &[String]) -> String {
    const END: usize = 8;
    let count = format!(" ({} bytes)", shown.len());
    let end: String = shown[shown.len().saturating_sub(END)..].concat();
    let end = if end.len() > 2 * END { "" } else { &end };
    let room = VALUE.saturating_sub(count.len() + end.len() + 1);
    let mut begin = String::new();
    for byte in shown {
        if begin.len() + byte.len() > room {
            break;
        }
        begin.push_str(byte);
    }
    format!("{begin}…{end}{count}")
}

/// Words on lines of at most `width` characters.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: std::ops::Range<usize>, is_secret: bool) -> Line {
        Line {
            at,
            depth: 0,
            name: "field".to_owned(),
            note: "one two three four five six seven eight".to_owned(),
            is_secret,
            is_refused: false,
        }
    }

    fn shown(message: &[u8], width: Option<usize>, full: bool, is_secret: bool) -> String {
        let table = Table { message, full, reveal: false, width };
        let lines = vec![line(0..message.len(), is_secret)];
        let explained = Explained { title: "Title".to_owned(), lmk: LmkKind::Variant, lines };
        let mut out = Vec::new();
        table.print(&explained, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn a_narrow_terminal_wraps_the_meaning() {
        let text = shown(b"0011", Some(46), false, false);
        let wrapped = [
            "Title",
            "     0  field  0011  one two three four five",
            "                     six seven eight",
            "",
        ];
        assert_eq!(text, wrapped.join("\n"));
    }

    #[test]
    fn a_long_value_is_cut_or_shown_whole() {
        let long = [b"0123456789ABCDEF".repeat(5), b"\x00\xFF".to_vec()].concat();
        let cut = shown(&long, None, false, false);
        assert!(cut.contains("…") && cut.contains("(82 bytes)"), "{cut}");
        let full = shown(&long, None, true, false);
        let values: Vec<_> =
            full.lines().skip(1).map(|line| line[15..].split(' ').next().unwrap_or(line)).collect();
        assert_eq!(values.concat(), long.escape_ascii().to_string(), "{full}");
    }

    #[test]
    fn a_secret_is_masked() {
        assert!(shown(b"1234F", None, true, true).contains("*****"));
        assert!(!shown(&b"1234F".repeat(20), None, true, true).contains("1234"));
    }
}
