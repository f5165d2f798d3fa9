//! Messages inside messages.

use bytes::BytesMut;
use wire::{Field, Grammar, Parsed, Scope};

use super::Counted4N;

/// A message inside a message, behind its length in four decimal digits; error 80 if it is not all
/// there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Enclosed<'a>(pub &'a [u8]);

impl Enclosed<'_> {
    /// Digits of the length.
    pub const WIDTH: usize = 4;
}

impl<'a> Field<'a> for Enclosed<'a> {
    const GRAMMAR: Grammar = Grammar::Message(Self::WIDTH);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, message) = Counted4N::parse(input, scope)?;
        Ok((rest, Self(message.0)))
    }

    fn encode(&self, out: &mut BytesMut) {
        Counted4N::encode(&super::Counted(self.0), out);
    }
}
