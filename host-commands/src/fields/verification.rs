//! What verifies PINs: offsets, PVVs, and what they are made from.

use bytes::{BufMut, BytesMut};
use crypto::pin::{self, verification};
use nom::{Parser, bytes::complete::take, combinator::verify};
use wire::{
    Code, ErrorCode, Fault, Field, Grammar, Group, Mark, Parsed, Scope, all_hex, read_number,
};

use super::{Decimal, Digits, HexDigits, KeyTypeCode, Numerals, StorageIndex};
use crate::error::INVALID_INPUT;

/// A decimalisation table: plain, under the LMK, or in user storage.
#[derive(Clone, Copy, Debug)]
pub struct DecimalisationTable<'a> {
    text: &'a [u8],
    /// The table itself: the same, or what user storage holds.
    pub table: &'a [u8],
}

impl PartialEq for DecimalisationTable<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'a> From<&'a [u8]> for DecimalisationTable<'a> {
    fn from(table: &'a [u8]) -> Self {
        Self { text: table, table }
    }
}

impl<'a> Field<'a> for DecimalisationTable<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "16H, `L` 32H, or `K` 3H",
        &["0123456789012345", "L709F26B22464E96A709F26B22464E96A", "K001"],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let length = match input.first() {
            Some(b'L') => 33_usize,
            Some(b'K') => 4,
            _ => 16,
        };
        let tag = usize::from(length != 16);
        let (rest, text) = verify(take(length), |all: &[u8]| all_hex(&all[tag..])).parse(input)?;
        if length != 4 {
            return Ok((rest, text.into()));
        }
        let index = read_number(&text[1..], 16).and_then(|index| u16::try_from(index).ok());
        match scope.stored.get(index.unwrap_or(u16::MAX), None) {
            Ok(table) => Ok((rest, Self { text, table })),
            Err(code) => Err(nom::Err::Failure(Fault::Code(code))),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.text);
    }
}

/// PIN validation data: twelve characters with one `N` for the account, or `P` and 16 digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ValidationData<'a>(pub &'a [u8]);

impl<'a> Field<'a> for ValidationData<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("12A with one `N`, or `P` 16H", &["5022654000N2", "P0123456789ABCDEF"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        if input.first() == Some(&b'P') {
            return verify(take(17_usize), |all: &[u8]| all_hex(&all[1..])).map(Self).parse(input);
        }
        verify(take(12_usize), has_one_account).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// An IBM 3624 offset: up to twelve digits, filled with `F`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinOffset(pub [u8; 12]);

impl<'a> Field<'a> for PinOffset {
    const GRAMMAR: Grammar =
        Grammar::Own("12H, filled with `F`", &["1234FFFFFFFF", "000000000000"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let valid = |all: &[u8]| {
            let digits = all.iter().take_while(|byte| byte.is_ascii_digit()).count();
            all[digits..].iter().all(|byte| *byte == b'F')
        };
        let (rest, all) = verify(take(12_usize), valid).parse(input)?;
        let mut offset = [b'F'; 12];
        offset.copy_from_slice(all);
        Ok((rest, Self(offset)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

impl PinOffset {
    /// The offset itself.
    ///
    /// # Errors
    /// 15.
    pub fn offset(self) -> Result<verification::Offset, ErrorCode> {
        verification::Offset::parse(&self.0).map_err(|_| INVALID_INPUT.0)
    }
}

impl ValidationData<'_> {
    /// The block that the PVK enciphers.
    ///
    /// # Errors
    /// 15.
    pub fn block(
        &self,
        account: &pin::Account<'_>,
    ) -> Result<verification::ValidationData, ErrorCode> {
        match self.0 {
            [b'P', full @ ..] => verification::ValidationData::full(full),
            field => verification::ValidationData::expand(field, account),
        }
        .map_err(|_| INVALID_INPUT.0)
    }
}

/// Fewest digits that the PIN must have.
pub type CheckLength = Decimal<2>;

/// Type of the key that a customer's PIN comes under.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PinKeyType {
    /// ZPK.
    #[code("001")]
    Zpk,
    /// TPK.
    #[code("002")]
    Tpk,
    /// TPK, where key type 002 is separated.
    #[code("70D")]
    SeparatedTpk,
    /// The key block says it.
    #[code("FFF")]
    InKeyBlock,
}

impl PinKeyType {
    /// The code of the type.
    pub fn key_type(self) -> KeyTypeCode {
        KeyTypeCode(match self {
            Self::Zpk => *b"001",
            Self::Tpk => *b"002",
            Self::SeparatedTpk => *b"70D",
            Self::InKeyBlock => KeyTypeCode::IN_KEY_BLOCK.0,
        })
    }
}

/// What offsets are made from beside PVK and account number.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct OffsetData<'a> {
    /// Decimalisation table.
    pub table: DecimalisationTable<'a>,
    /// PIN validation data.
    pub validation_data: ValidationData<'a>,
}

/// An offset, and what it is made from beside PVK and account number.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct OffsetCheck<'a> {
    /// What offsets are made from.
    pub data: OffsetData<'a>,
    /// Offset.
    pub offset: PinOffset,
}

/// A PIN verification value, and which PVK it is made with.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PvvCheck {
    /// PVK indicator.
    pub indicator: Numerals<1>,
    /// PIN verification value.
    pub pvv: Numerals<4>,
}

/// A Diebold table in user storage, and how it is used.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct DieboldKey<'a> {
    /// Says that an index follows.
    pub flag: Mark<b'K'>,
    /// First place of the table.
    pub index: StorageIndex,
    /// Number of the algorithm.
    pub algorithm: HexDigits<'a, 2>,
}

/// What a Diebold offset is made from: sixteen characters with one `N` for the account, filled with `F`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DieboldData<'a>(pub &'a [u8]);

impl<'a> Field<'a> for DieboldData<'a> {
    const GRAMMAR: Grammar = Grammar::Own("16A with one `N`", &["FFFF5022654000N2"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        verify(take(16_usize), has_one_account).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// A Diebold offset, and what it is made from beside the table and the account number.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct DieboldCheck<'a> {
    /// Validation data.
    pub validation_data: DieboldData<'a>,
    /// Offset.
    pub offset: Digits<'a, 4>,
}

/// Whether the characters are hexadecimal digits and one `N`.
fn has_one_account(all: &[u8]) -> bool {
    all.split(|byte| *byte == b'N').count() == 2
        && all.iter().all(|byte| *byte == b'N' || all_hex(&[*byte]))
}
