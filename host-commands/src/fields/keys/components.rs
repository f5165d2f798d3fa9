//! Components of keys.

use bytes::BytesMut;
use nom::{Parser, bytes::complete::take, combinator::map_opt};
use wire::{Field, Grammar, Group, Parsed, Scope, put_decimal, read_number};

use super::OptionalBlocks;
use crate::fields::Decimal;

/// Number of components of a key, from 2 to 9.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComponentCount(pub u8);

impl From<ComponentCount> for usize {
    fn from(count: ComponentCount) -> Self {
        count.0.into()
    }
}

impl<'a> Field<'a> for ComponentCount {
    const GRAMMAR: Grammar = Grammar::Own("`2` to `9`", &["2", "3", "9"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let count = |digit: &[u8]| {
            let count = u8::try_from(read_number(digit, 10)?).ok()?;
            (2..=9).contains(&count).then_some(Self(count))
        };
        map_opt(take(1_usize), count).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_decimal(out, self.0.into(), 1);
    }
}

/// Attributes of a key block around a key that is formed of components in key blocks.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct FormedHeader<'a> {
    /// Key version number.
    #[error("A9")]
    pub version: Decimal<2>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}
