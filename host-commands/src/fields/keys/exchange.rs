//! What older commands say behind the keys that they move or make, and the check values they show.

use bytes::BytesMut;
use nom::{Parser, bytes::complete::take, combinator::map_opt};
use vault::Token;
use wire::{Alphabet, Code, Cursor, Fault, Grammar, Group, Observer, Wire, put_hex, read_hex};

use super::{AtallaVariant, KeyLength, Scheme};
use crate::fields::Hex;

/// Key schemes and check value type, as older commands have them behind `;`.
///
/// What a command does not need is any valid value.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct SchemeOptions {
    /// Scheme under the ZMK or TMK.
    #[error(26)]
    pub transport: Scheme,
    /// Scheme under the LMK.
    #[error(26)]
    pub lmk: Scheme,
    /// Kind of check value.
    pub check_value: CheckValueKind,
}

impl SchemeOptions {
    /// What a message without options means: all as it was before there were any.
    const NONE: Self = Self {
        transport: Scheme::None,
        lmk: Scheme::None,
        check_value: CheckValueKind::Compatible,
    };

    /// The options of a message that need not have any.
    pub fn of(said: Option<Self>) -> Self {
        said.unwrap_or(Self::NONE)
    }

    /// Digits of a check value that has so many where six are not asked for.
    pub fn digits(self, otherwise: usize) -> usize {
        if self.check_value == CheckValueKind::Six { 6 } else { otherwise }
    }

    /// Whether a pair of keys gets two check values.
    pub fn shows_both(self) -> bool {
        self.check_value == CheckValueKind::Compatible
    }

    /// How long a key under the LMK is if it has no tag there; `came` is how it came.
    pub fn untagged(self, came: Token<'_>) -> KeyLength {
        match self.lmk {
            Scheme::Single => KeyLength::Single,
            Scheme::None if matches!(came.scheme(), Ok(vault::Scheme::Z)) => KeyLength::Single,
            _ => KeyLength::Double,
        }
    }
}

/// How a key goes between a ZMK and the LMK: the end of older commands.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct TransferOptions<'a> {
    /// Atalla variant of the ZMK.
    #[maybe]
    pub atalla: Option<AtallaVariant<'a>>,
    /// Key schemes and kind of check value.
    #[after(";")]
    pub schemes: Option<SchemeOptions>,
}

impl TransferOptions<'_> {
    /// Key schemes and kind of check value, said or not.
    pub fn schemes(self) -> SchemeOptions {
        SchemeOptions::of(self.schemes)
    }
}

/// A TMK has no Atalla variant.
impl From<Option<SchemeOptions>> for TransferOptions<'_> {
    fn from(schemes: Option<SchemeOptions>) -> Self {
        Self { atalla: None, schemes }
    }
}

/// Kind of check value.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CheckValueKind {
    /// As it was before there was a choice: mostly 16 digits.
    #[code("0")]
    Compatible,
    /// Six digits.
    #[code("1")]
    Six,
    /// Another form, in the few commands that have one.
    #[code("2")]
    Special,
}

/// Whether a command is about a ZEK or a ZAK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum ZoneKeyFlag {
    /// ZEK.
    #[code("0")]
    Zek,
    /// ZAK.
    #[code("1")]
    Zak,
}

/// A check value of 6, 8 or 16 digits.
#[derive(Clone, Copy, Debug)]
pub struct CheckValue {
    bytes: [u8; 8],
    length: usize,
}

impl CheckValue {
    /// The first `digits` digits of a check value.
    pub fn new(value: [u8; 16], digits: usize) -> Self {
        let length = (digits / 2).min(8);
        let mut bytes = [0; 8];
        bytes[..length].copy_from_slice(&value[..length]);
        Self { bytes, length }
    }

    /// The same, with zeros instead of all digits behind the sixth.
    #[must_use]
    pub fn restricted(mut self) -> Self {
        self.bytes[3..].fill(0);
        self
    }
}

impl PartialEq for CheckValue {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.length == other.length
    }
}

impl<'a> Wire<'a> for CheckValue {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Hex);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, digits: usize) -> Result<Self, Fault> {
        let value = |text: &[u8]| {
            let mut bytes = [0; 16];
            read_hex(text, bytes.get_mut(..digits / 2)?).then(|| Self::new(bytes, digits))
        };
        cursor.parse(|input, _| map_opt(take(digits), value).parse(input))
    }

    fn write(&self, out: &mut BytesMut) {
        put_hex(out, &self.bytes[..self.length]);
    }
}

/// Check values of a pair of keys.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(both: bool)]
pub struct PairCheckValues {
    /// Check value of the first key, or of both keys as one of double length.
    pub first: Hex<3>,
    /// Check value of the second key.
    #[when(both)]
    pub second: Option<Hex<3>>,
}
