//! What EMV commands have in common.

use crypto::{
    emv::{self, Derivation},
    mac::Padding,
};
use wire::{Code, ErrorCode, Group};

use super::{Counted, Counted2N, Raw};

/// Shape of the key tree of EMV2000.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum TreeShape {
    /// Branch factor 2, height 16.
    #[code("0")]
    Branch2Height16,
    /// Branch factor 4, height 8.
    #[code("1")]
    Branch4Height8,
}

impl TreeShape {
    /// The shape itself.
    pub const fn tree(self) -> emv::Tree {
        match self {
            Self::Branch2Height16 => emv::Tree::Branch2Height16,
            Self::Branch4Height8 => emv::Tree::Branch4Height8,
        }
    }
}

/// Who pads data that a key of UnionPay covers: `80`, then zeros. The values are inferred.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Padded {
    /// The HSM.
    #[code("0")]
    ByHsm,
    /// The host has.
    #[code("1")]
    ByHost,
}

impl Padded {
    /// What is left to do.
    pub const fn padding(self) -> Padding {
        match self {
            Self::ByHsm => Padding::Marked,
            Self::ByHost => Padding::Zeros,
        }
    }
}

/// What a cryptogram is answered with.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(outcome: Outcome)]
pub struct Answer {
    /// ARPC; by method 2 four bytes, and the card status update.
    #[when(outcome == Outcome::Answered)]
    pub arpc: Option<Raw<8>>,
    /// What the ARQC should be, with diagnostics authorised.
    #[when(outcome == Outcome::Wrong)]
    #[maybe]
    pub right_arqc: Option<Raw<8>>,
}

/// How a cryptogram fared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is right, which is all that was asked.
    Right,
    /// It is right, or not looked at, and answered.
    Answered,
    /// It is wrong.
    Wrong,
}

impl Outcome {
    /// What the error code says of a request that asks for an answer, or does not.
    pub fn of(code: ErrorCode, answers: bool) -> Self {
        match (code, answers) {
            (ErrorCode::NONE, true) => Self::Answered,
            (ErrorCode::NONE, false) => Self::Right,
            _ => Self::Wrong,
        }
    }
}

impl Answer {
    /// The ARPC, if one is asked for.
    pub fn right(arpc: Option<[u8; 8]>) -> Self {
        Self { arpc: arpc.map(Raw), right_arqc: None }
    }

    /// What the ARQC should be, if that may be told.
    pub fn wrong(right_arqc: Option<[u8; 8]>) -> Self {
        Self { arpc: None, right_arqc: right_arqc.map(Raw) }
    }
}

/// The only card scheme of the commands of UnionPay.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum UnionPayScheme {
    /// UnionPay.
    #[code("1")]
    UnionPay,
}

/// The block that stands for a card: of its rightmost sixteen digits (option A), or of all of them (option B).
///
/// Error 15 for less than eight bytes of option B.
pub fn card_block(
    pan: Option<Raw<8>>,
    account: Option<Counted2N<'_>>,
) -> Result<Derivation, ErrorCode> {
    match (pan, account) {
        (Some(Raw(block)), _) => Ok(Derivation::formatted(block)),
        (None, Some(Counted(digits))) => Derivation::packed(digits).ok_or(ErrorCode::INVALID_INPUT),
        (None, None) => Err(ErrorCode::INVALID_INPUT),
    }
}
