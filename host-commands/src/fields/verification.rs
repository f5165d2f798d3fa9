//! What verifies PINs: offsets, PVVs, and what they are made from.

use bytes::{BufMut, BytesMut};
use crypto::pin::{self, verification};
use nom::{Parser, bytes::complete::take, combinator::verify};
use vault::{Key, usage::PinVerification};
use wire::{Code, ErrorCode, Field, Grammar, Parsed, Scope};

use super::{Decimal, KeyTypeCode, ValidationData};
use crate::error::{self, INVALID_INPUT};

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

impl Decimal<2> {
    /// Checks the number of digits in a PIN against the check length, which is at least 4.
    ///
    /// # Errors
    /// 15 for a check length below 4 or above 12; 24 for a shorter PIN (inferred).
    pub fn check(self, pin: &pin::Pin) -> Result<(), ErrorCode> {
        match usize::from(self) {
            4..=12 if pin.len() >= self.into() => Ok(()),
            4..=12 => Err(error::PIN_LENGTH.0),
            _ => Err(INVALID_INPUT.0),
        }
    }
}

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

/// The warning that an IBM 3624 command gives where its PVK is not single length, else no error.
pub(crate) fn warning(pvk: &Key<PinVerification>) -> ErrorCode {
    if pvk.is_single_length() { ErrorCode::NONE } else { error::PVK_NOT_SINGLE.0 }
}
