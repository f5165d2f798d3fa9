//! Elements of DER that stand in a message without a length of their own.

use bytes::{BufMut, BytesMut};
use wire::{Fault, Field, Grammar, Parsed, Scope};

/// An element of DER with this tag, as it stands. What is in it is not looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Der<'a, const TAG: u8>(pub &'a [u8]);

/// A sequence.
pub type DerSequence<'a> = Der<'a, 0x30>;
/// A set.
pub type DerSet<'a> = Der<'a, 0x31>;

impl<const TAG: u8> Der<'_, TAG> {
    /// Name and samples for the manual and for tests.
    const SHAPE: (&'static str, &'static [&'static str]) = match TAG {
        0x31 => ("DER set", &["1\u{6}\u{2}\u{1};\u{2}\u{1}%", "1\u{0}"]),
        _ => ("DER sequence", &["0\u{6}\u{2}\u{1};\u{2}\u{1}%", "0\u{0}"]),
    };
}

impl<'a, const TAG: u8> Field<'a> for Der<'a, TAG> {
    const GRAMMAR: Grammar = Grammar::Own(Self::SHAPE.0, Self::SHAPE.1);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (length, front) = match *input {
            [tag, ..] if tag != TAG => return Err(nom::Err::Error(Fault::Invalid)),
            [_, length @ 0..=0x7F, ..] => (usize::from(length), 2),
            [_, 0x81, length @ 0x80..=0xFF, ..] => (usize::from(length), 3),
            [_, 0x82, high @ 1..=0xFF, low, ..] => {
                (usize::from(u16::from_be_bytes([high, low])), 4)
            }
            [_, 0x81 | 0x82] | [_, 0x82, _] | [_] | [] => {
                return Err(nom::Err::Error(Fault::Short));
            }
            _ => return Err(nom::Err::Error(Fault::Invalid)),
        };
        let (element, rest) =
            input.split_at_checked(front + length).ok_or(nom::Err::Error(Fault::Short))?;
        Ok((rest, Self(element)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}
