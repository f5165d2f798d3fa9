//! What EMV commands have in common.

use crypto::{
    emv::{self, Derivation},
    mac::Padding,
};
use wire::{Code, ErrorCode};

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
