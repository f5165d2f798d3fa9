//! What is on a card.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use wire::{Field, Grammar, Group, Parsed, Scope};

use super::Digits;

/// `N` decimal digits by value, as they stand: card verification values, dates, PVVs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numerals<const N: usize>(pub [u8; N]);

impl<'a, const N: usize> Field<'a> for Numerals<N> {
    const GRAMMAR: Grammar = Grammar::Digits(N, N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let digits = verify(take(N), |all: &[u8]| all.iter().all(u8::is_ascii_digit));
        map_opt(digits, <[u8]>::as_array).map(|digits| Self(*digits)).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

/// Account number, expiry date and service code, as a card verification value covers them.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct CardData<'a> {
    /// Account number.
    #[ends(';')]
    pub account: Digits<'a, 1, 19>,
    /// Expiry date; whether the month or the year comes first is the issuer's choice.
    pub expiry: Numerals<4>,
    /// Service code: `000` for CVV2 and CVC2, `999` for iCVV.
    pub service: Numerals<3>,
}

/// A CVC3 of five digits, of which the first ones may be unknown: `X`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cvc3([u8; 5]);

impl Cvc3 {
    /// The digits that are known.
    pub fn known(&self) -> &[u8] {
        let unknown = self.0.iter().take_while(|byte| **byte == b'X').count();
        &self.0[unknown..]
    }
}

impl<'a> Field<'a> for Cvc3 {
    const GRAMMAR: Grammar = Grammar::Own("5N, or `X` for the first ones", &["08059", "XX255"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let value = map_opt(take(5_usize), |text: &[u8]| text.as_array().map(|text| Self(*text)));
        let is_known = |value: &Self| {
            let known = value.known();
            !known.is_empty() && known.iter().all(u8::is_ascii_digit)
        };
        verify(value, is_known).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

/// A card security code of `N` digits, or all `F` where there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SecurityCode<const N: usize>([u8; N]);

impl<const N: usize> SecurityCode<N> {
    /// The digits, if there are any.
    pub fn digits(self) -> Option<[u8; N]> {
        (self.0[0] != b'F').then_some(self.0)
    }
}

impl<'a, const N: usize> Field<'a> for SecurityCode<N> {
    const GRAMMAR: Grammar = Grammar::Own(
        "decimal digits, or all `F`",
        match N {
            5 => &["12345", "FFFFF"],
            4 => &["1234", "FFFF"],
            _ => &["123", "FFF"],
        },
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let is_code =
            |all: &[u8]| all.iter().all(u8::is_ascii_digit) || all.iter().all(|byte| *byte == b'F');
        map_opt(verify(take(N), is_code), <[u8]>::as_array).map(|code| Self(*code)).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}
