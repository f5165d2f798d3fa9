//! The language of print formats.
//!
//! Source: manual for `>L`, `>F`, `>nnn`, `^0` to `^9`, `^P`, `^Q`, and in key documents `^R` and `^T`;
//! a support page of the vendor for `|`. Tabs, `^A` to `^F`, what `^R` to `^W` stand for in mailers, that columns
//! count from one, and the error codes are inferred.

use crate::{Document, printer::LineEnd};

/// Symbols and constants that a format may have. Source: manual.
const LONGEST: usize = 299;

/// A print format: constants, and symbols for where something is to be put.
///
/// | symbol | meaning |
/// | --- | --- |
/// | `>L` | next line |
/// | `>F` | next page |
/// | `>H`, `>V` | tab, vertical tab |
/// | `>nnn` | column nnn, the first being 001; nothing if the line is there already |
/// | `^0` to `^9`, `^A` to `^F` | print field of that number |
/// | `^P` to `^W` | a value: see the command |
/// | `\|n` and 2n hexadecimal digits | as many bytes for the printer itself; n is `1` to `F` |
///
/// Everything else is printed as it stands. A symbol that is cut short at the end of a format is
/// completed by what is loaded next, and prints nothing before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PrintFormat(Vec<u8>);

/// Why a format is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FormatFault {
    /// It has no symbol and no constant, or one that does not exist.
    #[error("no print format, or a symbol that does not exist")]
    Symbol,
    /// It has more than 299 symbols and constants.
    #[error("more than 299 symbols and constants")]
    Length,
}

/// What a symbol from `^P` on stands for: its letter, and the text.
pub type Value<'v> = (u8, &'v [u8]);

/// A symbol or a constant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Symbol<'f> {
    Line,
    Page,
    Tab,
    VerticalTab,
    Column(usize),
    Field(usize),
    Value(u8),
    /// Hexadecimal digits.
    Escape(&'f [u8]),
    Constant(u8),
}

impl PrintFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// [`FormatFault`].
    pub fn new(text: &[u8]) -> Result<Self, FormatFault> {
        let mut count = 0;
        for symbol in Symbols(text) {
            symbol?;
            count += 1;
        }
        match count {
            0 if text.is_empty() => Err(FormatFault::Symbol),
            0..=LONGEST => Ok(Self(text.to_vec())),
            _ => Err(FormatFault::Length),
        }
    }

    /// The format with more behind it.
    ///
    /// # Errors
    /// [`FormatFault`].
    pub fn extended(&self, text: &[u8]) -> Result<Self, FormatFault> {
        if text.is_empty() {
            return Err(FormatFault::Symbol);
        }
        Self::new(&[&self.0, text].concat())
    }

    /// Appends a document in this format.
    ///
    /// A field or value that is not given prints nothing.
    pub fn print(
        &self,
        fields: &[&[u8]],
        values: &[Value<'_>],
        line_end: LineEnd,
        document: &mut Document,
    ) {
        let mut column = 0;
        for symbol in Symbols(&self.0).flatten() {
            let before = document.text().len();
            match symbol {
                Symbol::Line => document.push(line_end.bytes()),
                Symbol::Page => document.push(b"\x0C"),
                Symbol::Tab => document.push(b"\t"),
                Symbol::VerticalTab => document.push(b"\x0B"),
                Symbol::Column(to) => document.space(to.saturating_sub(1 + column)),
                Symbol::Field(number) => document.push(fields.get(number).unwrap_or(&&b""[..])),
                Symbol::Value(letter) => {
                    let found = values.iter().find(|(known, _)| *known == letter);
                    document.push(found.map_or(b"", |(_, text)| text));
                }
                Symbol::Escape(digits) => digits.as_chunks().0.iter().for_each(|[high, low]| {
                    document.push(&[16 * hexadecimal(*high) + hexadecimal(*low)]);
                }),
                Symbol::Constant(byte) => document.push(&[byte]),
            }
            match symbol {
                Symbol::Line | Symbol::Page => column = 0,
                // What the printer makes of it takes no column.
                Symbol::Escape(_) => {}
                _ => column += document.text().len() - before,
            }
        }
    }
}

/// Symbols of a text, up to its end or to one that is cut short there.
struct Symbols<'f>(&'f [u8]);

impl<'f> Iterator for Symbols<'f> {
    type Item = Result<Symbol<'f>, FormatFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (symbol, length) = match *self.0 {
            [] | [b'>' | b'^' | b'|'] => return None,
            [b'>', b'L', ..] => (Symbol::Line, 2),
            [b'>', b'F', ..] => (Symbol::Page, 2),
            [b'>', b'H', ..] => (Symbol::Tab, 2),
            [b'>', b'V', ..] => (Symbol::VerticalTab, 2),
            [b'>', ref rest @ ..] => {
                let digits = rest.get(..3).unwrap_or(rest);
                if !digits.iter().all(u8::is_ascii_digit) {
                    return self.refuse();
                }
                let [hundreds, tens, ones] = *digits else { return None };
                let value = |digit: u8| usize::from(digit - b'0');
                let column = 100 * value(hundreds) + 10 * value(tens) + value(ones);
                (Symbol::Column(column), 4)
            }
            [b'^', field @ (b'0'..=b'9' | b'A'..=b'F'), ..] => {
                (Symbol::Field(hexadecimal(field).into()), 2)
            }
            [b'^', value @ b'P'..=b'W', ..] => (Symbol::Value(value), 2),
            [b'|', count @ (b'1'..=b'9' | b'A'..=b'F'), ref rest @ ..] => {
                let length = 2 * usize::from(hexadecimal(count));
                let digits = rest.get(..length).unwrap_or(rest);
                if !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')) {
                    return self.refuse();
                }
                if digits.len() < length {
                    return None;
                }
                (Symbol::Escape(digits), 2 + length)
            }
            [b'^' | b'|', ..] => return self.refuse(),
            [byte, ..] => (Symbol::Constant(byte), 1),
        };
        self.0 = self.0.get(length..)?;
        Some(Ok(symbol))
    }
}

impl<'f> Symbols<'f> {
    #[expect(clippy::unnecessary_wraps, reason = "it is what `next` returns")]
    fn refuse(&mut self) -> Option<Result<Symbol<'f>, FormatFault>> {
        self.0 = &[];
        Some(Err(FormatFault::Symbol))
    }
}

const fn hexadecimal(digit: u8) -> u8 {
    match digit {
        b'A'..=b'F' => digit - b'A' + 10,
        _ => digit.wrapping_sub(b'0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: &[u8], fields: &[&str], values: &[(u8, &str)]) -> String {
        let format = PrintFormat::new(format).expect("a format");
        let fields: Vec<_> = fields.iter().map(|field| field.as_bytes()).collect();
        let values: Vec<_> =
            values.iter().map(|(letter, text)| (*letter, text.as_bytes())).collect();
        let mut document = Document::default();
        format.print(&fields, &values, LineEnd::Lf, &mut document);
        String::from_utf8(document.text().to_vec()).expect("it is text")
    }

    /// The one-up example of the manual, down to the `>` at its end.
    #[test]
    fn a_form_with_one_mailer() {
        let format = b">L>013^0>L>013^1>041^P>L>013^2>L>013^3>L>013 YOUR FULL SERVICE BANK>L>F>";
        let fields = ["MR A B SMITH", "1 HIGH STREET", "TOWN", "AB1 2CD"];
        let margin = " ".repeat(12);
        let expected = [
            "",
            &format!("{margin}MR A B SMITH"),
            &format!("{margin}1 HIGH STREET               1234"),
            &format!("{margin}TOWN"),
            &format!("{margin}AB1 2CD"),
            &format!("{margin} YOUR FULL SERVICE BANK"),
            "\x0C",
        ];
        assert_eq!(printed(format, &fields, &[(b'P', "1234")]), expected.join("\n"));
    }

    /// The two-up example of the manual.
    #[test]
    fn a_form_with_two_mailers() {
        let format =
            b">L>003^0>033^4>L>003^1>023^P>033^5>053^Q>L>003^2>033^6>L>003^3>033^7>L>L>003THANK \
                       YOU>033THANK YOU>L>F";
        let fields = ["A0", "A1", "A2", "A3", "B0", "B1", "B2", "B3"];
        let row = |left, pin, right, other| {
            let row = format!("  {left:20}{pin:10}{right:20}{other}");
            row.trim_end().to_owned()
        };
        let expected = [
            String::new(),
            row("A0", "", "B0", ""),
            row("A1", "1234", "B1", "98765"),
            row("A2", "", "B2", ""),
            row("A3", "", "B3", ""),
            String::new(),
            row("THANK YOU", "", "THANK YOU", ""),
            "\x0C".to_owned(),
        ];
        let printed = printed(format, &fields, &[(b'Q', "98765"), (b'P', "1234")]);
        assert_eq!(printed, expected.join("\n"));
    }

    #[test]
    fn every_symbol_prints() {
        let printed = |format| printed(format, &["zero", "one"], &[(b'T', "ABCDEF")]);
        assert_eq!(printed(b"|21B31^0^T>H.>V."), "\x1B1zeroABCDEF\t.\x0B.");
        assert_eq!(printed(b"^1^2^F^P"), "one");
        assert_eq!(printed(b"12345>003x>007y>009z"), "12345xy z");
        assert_eq!(printed(b"|41B5B314B>003x"), "\x1B[1K  x");
        assert_eq!(printed(b"a>Lb>Fc>003d"), "a\nb\x0Cc d");
    }

    #[test]
    fn what_is_cut_short_is_completed_by_what_follows() {
        let printed = |format: &PrintFormat| {
            let mut document = Document::default();
            format.print(&[b"zero"], &[], LineEnd::LfCr, &mut document);
            String::from_utf8(document.text().to_vec()).expect("it is text")
        };
        for (first, second, expected) in [
            (&b"a>"[..], &b"Lb"[..], "a\n\rb"),
            (b"a>0", b"03b", "a b"),
            (b"a^", b"0", "azero"),
            (b"a|2", b"4142", "aAB"),
            (b"a|24", b"142", "aAB"),
        ] {
            let format = PrintFormat::new(first).expect("a format");
            assert_eq!(printed(&format), "a");
            assert_eq!(printed(&format.extended(second).expect("a format")), expected);
        }
    }

    #[test]
    fn what_is_no_format_is_refused() {
        for text in [&b""[..], b">x", b">0a3", b"^G", b"^p", b"^X", b"|0", b"|G", b"|21B3g", b"|1b"]
        {
            assert_eq!(PrintFormat::new(text), Err(FormatFault::Symbol), "{text:?}");
        }
        let longest = PrintFormat::new(&b">L".repeat(299)).expect("a format");
        assert_eq!(longest.extended(b"."), Err(FormatFault::Length));
        assert_eq!(longest.extended(b""), Err(FormatFault::Symbol));
        assert_eq!(PrintFormat::new(&[b'x'; 300]), Err(FormatFault::Length));
    }
}
