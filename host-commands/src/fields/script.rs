//! What commands for scripts to cards have in common.

use vault::{
    KeyTypes, Role,
    role::{MkAc, Tpk, Zek, ZpkOrTpk},
};
use wire::{Code, Group};

use super::{CipherBlock, Counted4H, Digits, HexNumber, KeyField, KeyTypeCode, PinFormat};

/// Data that only the card is to read, and where its cryptogram goes in the message.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Insert<'a> {
    /// Bytes of the message before it.
    pub offset: HexNumber<4>,
    /// Data as they come: under the transport key, or a PIN block.
    #[ends(';')]
    pub data: Counted4H<'a>,
}

/// Key that confidential data come under; its type, and that it is used in ECB mode, are inferred.
pub type ScriptTransport<'a> = KeyField<'a, Zek, 11>;

/// Kind of a key that PIN blocks come under.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PinKeyFlag {
    /// ZPK.
    #[code("0")]
    Zpk,
    /// TPK.
    #[code("1")]
    Tpk,
    /// The key block says it.
    #[code("F")]
    InKeyBlock,
}

impl PinKeyFlag {
    /// The key type that it stands for.
    pub fn key_type(self, types: KeyTypes) -> KeyTypeCode {
        match self {
            Self::Zpk => KeyTypeCode(*b"001"),
            Self::Tpk => Tpk::key_type(types)
                .map_or(KeyTypeCode::IN_KEY_BLOCK, |key_type| KeyTypeCode(key_type.code)),
            Self::InKeyBlock => KeyTypeCode::IN_KEY_BLOCK,
        }
    }
}

/// A new PIN for a card.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PinChange<'a> {
    /// Kind of the key.
    pub flag: PinKeyFlag,
    /// Key that the PIN block comes under.
    pub key: KeyField<'a, ZpkOrTpk, 11>,
    /// Format of the PIN block.
    #[error(23)]
    pub source_format: PinFormat,
    /// Format of the PIN block in the script: 34, 35, 41 or 42.
    #[error(23)]
    pub destination_format: PinFormat,
    /// Account number: twelve digits.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// Issuer master key for cryptograms, which Visa binds the PIN to.
    #[when(destination_format in ["41", "42"])]
    pub mk_ac: Option<KeyField<'a, MkAc, 11>>,
    /// Current PIN, as the new one comes (inferred).
    #[when(destination_format in ["42"])]
    #[with(key.block_size())]
    pub current: Option<CipherBlock>,
}
