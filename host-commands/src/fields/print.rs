//! What is printed, and how.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use wire::{Fault, Field, Grammar, Parsed, Scope, put_number, read_number};

/// Begins a trailer.
const TRAILER: u8 = 0x19;

/// Between two print fields.
const DELIMITER: u8 = b';';

/// Print fields, `;` between them: everything up to `~`, to the byte `END`, or to the end of the message.
///
/// What looks like an LMK identifier is text if no `~` is in front of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PrintFields<'a, const END: u8 = b'~'>(pub &'a [u8]);

impl<'a, const END: u8> PrintFields<'a, END> {
    /// Numbers that a print format has for fields: `^0` to `^9` and `^A` to `^F`.
    pub const MOST: usize = 16;

    /// Each field.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a, END> {
        self.0.split(|byte| *byte == DELIMITER)
    }

    /// The fields by number; those that are not there are empty.
    pub fn numbered(&self) -> [&'a [u8]; 16] {
        let mut fields = self.iter();
        [(); 16].map(|()| fields.next().unwrap_or_default())
    }
}

impl<'a, const END: u8> Field<'a> for PrintFields<'a, END> {
    const GRAMMAR: Grammar = Grammar::Own("text, `;` between fields", &["NAME;STREET;;TOWN"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let ends = |byte: &u8| matches!(*byte, b'~' | TRAILER) || *byte == END;
        let length = input.iter().position(ends).unwrap_or(input.len());
        let few = |fields: &Self| fields.iter().count() <= Self::MOST;
        verify(take(length).map(Self), few).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// A print format, or a piece of one: everything up to the end of the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FormatText<'a>(pub &'a [u8]);

impl<'a> Field<'a> for FormatText<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("symbols and constants, at most 299", &[">L>003^0>030^P>L>F", "TEXT^A|21B31"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        match input.iter().position(|byte| *byte == TRAILER).unwrap_or(input.len()) {
            0 => Err(nom::Err::Error(Fault::Short)),
            length => take(length).map(Self).parse(input),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// The word for a digit of a PIN, behind its length in one hexadecimal digit; 0 stands for 16.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinWord<'a>(pub &'a [u8]);

impl<'a> Field<'a> for PinWord<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("length 1H, 0 for 16, then text", &["3ONE", "5SEVEN", "0SIXTEEN_LETTERS_"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let length = map_opt(take(1_usize), |digit| usize::try_from(read_number(digit, 16)?).ok());
        let (rest, length) = { length }.parse(input)?;
        take(if length == 0 { 16 } else { length }).map(Self).parse(rest)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.0.len() as u64 % 16, 1, 16);
        out.put_slice(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const END: u8>(input: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
        let read = PrintFields::<END>::parse(input, &Scope::FACTORY);
        read.ok().map(|(rest, fields)| (rest, fields.iter().collect()))
    }

    #[test]
    fn fields_end_where_something_else_begins() {
        let of = |fields: &[&'static str]| fields.iter().map(|field| field.as_bytes()).collect();
        for (input, rest, fields) in [
            (&b"a;;b c"[..], &b""[..], &["a", "", "b c"][..]),
            (b"", b"", &[""]),
            (b";~%01", b"~%01", &["", ""]),
            (b"100%01", b"", &["100%01"]),
            (b"a|b\x19trailer", b"\x19trailer", &["a|b"]),
        ] {
            assert_eq!(read::<b'~'>(input), Some((rest, of(fields))));
        }
        assert_eq!(read::<b'|'>(b"a;b|0U1~"), Some((&b"|0U1~"[..], of(&["a", "b"]))));
        assert_eq!(read::<b'|'>(b"a;b~%00"), Some((&b"~%00"[..], of(&["a", "b"]))));
        assert!(read::<b'~'>(&[b';'; 15]).is_some());
        assert_eq!(read::<b'~'>(&[b';'; 16]), None);
    }
}
