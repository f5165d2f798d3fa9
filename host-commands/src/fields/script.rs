//! What commands for scripts to cards have in common.

use bytes::BytesMut;
use vault::{
    KeyTypes, Role,
    role::{MkAc, MkSmi, Tpk, Zek, ZpkOrTpk},
};
use wire::{Code, Cursor, Fault, Field as _, Grammar, Group, Observer, Scope, Wire, read_number};

use super::{CipherBlock, Counted4H, Digits, HexNumber, KeyField, KeyTypeCode, PinFormat, Raw};

/// What protects a script.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(is_confidential: bool)]
pub struct Protected<'a> {
    /// MAC; schemes send its first four or eight bytes.
    pub mac: Raw<8>,
    /// Enciphered data.
    #[when(is_confidential)]
    pub data: Option<Counted4H<'a>>,
}

/// The edition that a message is of. Nothing of it stands in the message: a letter where the newer one has a scheme tells,
/// and else the `;` behind the script, which is looked for where the older one has it.
///
/// By chance of its bytes, a newer message is taken for an older one once in two thousand million.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScriptEdition {
    /// Older: session keys by the tree of EMV2000, and a scheme for new PINs alone.
    Tree,
    /// Newer: session keys by the common method of EMV, and always a scheme.
    Common,
}

impl ScriptEdition {
    /// Reads an older message up to the `;`.
    fn is_tree(rest: &[u8], has_scheme: bool, scope: &Scope<'_>) -> Option<bool> {
        let (behind, _) = KeyField::<MkSmi>::parse(rest.get(has_scheme.into()..)?, scope).ok()?;
        let (pan_and_tree, script) = behind.split_at_checked(8 + 1 + 2)?;
        let (length, script) = script.split_at_checked(4)?;
        let end = script.get(usize::try_from(read_number(length, 16)?).ok()?)?;
        Some(matches!(pan_and_tree[8], b'0' | b'1') && *end == b';')
    }
}

impl<'a> Wire<'a> for ScriptEdition {
    type Given = bool;
    // The samples are what follows.
    const GRAMMAR: Grammar = Grammar::Own(
        "nothing: what follows tells",
        &["0", "1", "U0123456789ABCDEFFEDCBA9876543210"],
    );

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, has_scheme: bool) -> Result<Self, Fault> {
        let is_tree = match cursor.rest().first().ok_or(Fault::Short)? {
            b'A'..=b'Z' if !has_scheme => Some(true),
            _ => Self::is_tree(cursor.rest(), has_scheme, &cursor.scope),
        };
        Ok(if is_tree == Some(true) { Self::Tree } else { Self::Common })
    }

    fn write(&self, _: &mut BytesMut) {}
}

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
