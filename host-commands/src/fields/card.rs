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
