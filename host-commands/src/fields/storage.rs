//! Places in user storage.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use wire::{
    Code, Fault, Field, Grammar, Group, Parsed, Scope, Storage, all_hex, put_number, read_number,
};

/// A place in user storage, or the first of several.
#[derive(Clone, Copy, Debug, Eq, Group, PartialEq)]
pub struct StoragePlace {
    /// What the place holds.
    pub contents: StorageContents,
    /// Index.
    pub index: StorageIndex,
}

/// What a place holds.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum StorageContents {
    /// Keys and tables: characters.
    #[code("K")]
    Keys,
    /// Any bytes, where places are of variable length.
    #[code("B")]
    Bytes,
}

/// Index of a place in user storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StorageIndex(pub u16);

/// What fills one place of fixed length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StorageBlock<'a>(pub &'a [u8]);

impl<'a> Field<'a> for StorageIndex {
    const GRAMMAR: Grammar = Grammar::Hex(3, 3);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let number = |digits: &[u8]| u16::try_from(read_number(digits, 16)?).ok();
        map_opt(verify(take(3_usize), all_hex), number).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.0.into(), 3, 16);
    }
}

impl<'a> Field<'a> for StorageBlock<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("16, 32 or 48 H, as the setting says", &["0123456789ABCDEF"]);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let Storage::Fixed(digits) = scope.storage else {
            return Err(nom::Err::Error(Fault::Invalid));
        };
        verify(take(digits), all_hex).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}
