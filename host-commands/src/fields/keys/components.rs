//! Components of keys.

use bytes::{BufMut, BytesMut};
use nom::{Parser, bytes::complete::take, combinator::map_opt};
use wire::{ErrorCode, Field, Grammar, Group, Parsed, Scope, put_decimal, read_number};

use super::{Attributes, OptionalBlocks, block};
use crate::fields::{Decimal, Text};

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

/// Attributes of the key block of a new component.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct ComponentHeader<'a> {
    /// Key usage.
    pub key_usage: Text<'a, 2>,
    /// Algorithm and length: `D1`, `T2`, `T3`, `A1`, `A2` or `A3`.
    pub algorithm: Text<'a, 2>,
    /// Mode of use.
    pub mode: Text<'a, 1>,
    /// Number of the component: `c1` to `c9`.
    #[error("A9")]
    pub component: ComponentNumber,
    /// Exportability.
    pub exportability: Text<'a, 1>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}

/// Number of a component, as the key version number of its key block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComponentNumber(u8);

impl<'a> Field<'a> for ComponentNumber {
    const GRAMMAR: Grammar = Grammar::Own("`c` and 1N, not 0", &["c1", "c9"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let number = |text: &[u8]| match text {
            [b'c', digit @ b'1'..=b'9'] => Some(Self(*digit)),
            _ => None,
        };
        map_opt(take(2_usize), number).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&[b'c', self.0]);
    }
}

impl<'a> ComponentHeader<'a> {
    /// Attributes of a component that is to be drawn; errors A6, A7, A8, AA, and those of
    /// [`OptionalBlocks::supplied`].
    pub fn attributes(&self) -> Result<Attributes<'a>, ErrorCode> {
        let Self { key_usage, algorithm, mode, component, exportability, blocks, .. } = *self;
        let size = block::size(algorithm)?;
        let header = block::header(key_usage, size, mode, [b'c', component.0], exportability)?;
        Ok(Attributes { size, header, optional: blocks.supplied(8, |_| true)? })
    }
}
