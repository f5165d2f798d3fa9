//! Mailers.

use bytes::{BufMut, BytesMut};
use nom::{Parser, bytes::complete::take, combinator::verify};
use wire::{Code, Field, Grammar, LmkPin, Parsed, Scope};

/// How many mailers are on a form, and which of them this is.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum DocumentType {
    /// The first of two; it waits for the second.
    #[code("A")]
    First,
    /// The second of two; both are printed.
    #[code("B")]
    Second,
    /// The only one.
    #[code("C")]
    Only,
}

/// A PIN check value: as many digits as a PIN under the LMK has, where the LMK is not AES.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinCheckValue<'a>(pub &'a [u8]);

impl<'a> Field<'a> for PinCheckValue<'a> {
    const GRAMMAR: Grammar = Grammar::Own("L N", &["49649", "00000"]);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (LmkPin::Digits(length) | LmkPin::Hex(length)) = scope.lmk_pin;
        let digits = verify(take(length), |all: &[u8]| all.iter().all(u8::is_ascii_digit));
        digits.map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}
