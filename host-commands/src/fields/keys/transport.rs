//! Keys under which other keys come and leave, and what is said of the copy.

use core::ops::Deref;

use bytes::{BufMut, BytesMut};
use vault::{
    Expected, KeyTypes, Policy, Role, Use,
    role::{AnyBdk, Tmk, Zmk},
};
use wire::{Code, Fault, Field, Grammar, Group, Parsed, Scope};

use super::{ForeignHeader, KeyField, Scheme, Tr31Version};
use crate::fields::{Decimal, Text};

/// A key that is under a ZMK or TMK: it says nothing of the LMK.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wrapped<K>(pub K);

impl<K> Deref for Wrapped<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.0
    }
}

impl<'a, K: Field<'a>> Field<'a> for Wrapped<K> {
    const GRAMMAR: Grammar = K::GRAMMAR;

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        K::parse(input, scope).map(|(rest, key)| (rest, Self(key)))
    }

    fn encode(&self, out: &mut BytesMut) {
        self.0.encode(out);
    }
}

/// The key under which another leaves.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct TransportKey<'a> {
    /// What it is; a ZMK where nothing is said.
    #[maybe]
    pub kind: Option<TransportKind>,
    /// ZMK.
    #[when(!kind.is_some_and(TransportKind::is_tmk))]
    pub zmk: Option<KeyField<'a, Zmk, 10>>,
    /// TMK.
    #[when(kind.is_some_and(TransportKind::is_tmk))]
    pub tmk: Option<KeyField<'a, Tmk, 10>>,
}

impl TransportKey<'_> {
    /// Whether it is a base derivation key by its header: in A0 only.
    pub fn is_bdk(&self) -> bool {
        self.zmk.is_some_and(|key| key.is_bdk())
    }
}

/// Whether a key leaves under a ZMK or a TMK: `;0` or `;1`.
///
/// One client leaves the `;` out in front of a key block; that is read, too, and in front of its index
/// in user storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TransportKind {
    is_tmk: bool,
    is_delimited: bool,
}

impl TransportKind {
    fn is_tmk(self) -> bool {
        self.is_tmk
    }
}

impl<'a> Field<'a> for TransportKind {
    const GRAMMAR: Grammar =
        Grammar::Own("`;`, then `0` for a ZMK or `1` for a TMK", &[";0", ";1"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (is_delimited, digit, rest) = match input {
            [b';', digit, rest @ ..] => (true, digit, rest),
            [digit, rest @ ..] if matches!(rest.first(), Some(b'S' | b'K')) => (false, digit, rest),
            [] | [b';'] => return Err(nom::Err::Error(Fault::Short)),
            _ => return Err(nom::Err::Error(Fault::Invalid)),
        };
        let is_tmk = match digit {
            b'0' => false,
            b'1' => true,
            _ => return Err(nom::Err::Error(Fault::Invalid)),
        };
        Ok((rest, Self { is_tmk, is_delimited }))
    }

    fn encode(&self, out: &mut BytesMut) {
        if self.is_delimited {
            out.put_u8(b';');
        }
        out.put_u8(b'0' + u8::from(self.is_tmk));
    }
}

/// Kind of BDK, in one digit.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum BdkKind {
    /// BDK-1.
    #[code("1")]
    Bdk1,
    /// BDK-2.
    #[code("2")]
    Bdk2,
    /// BDK-3.
    #[code("3")]
    Bdk3,
    /// BDK-4.
    #[code("4")]
    Bdk4,
}

impl BdkKind {
    const fn type_code(self) -> [u8; 3] {
        match self {
            Self::Bdk1 => *b"009",
            Self::Bdk2 => *b"609",
            Self::Bdk3 => *b"809",
            Self::Bdk4 => *b"909",
        }
    }

    /// What is expected of such a key that other keys are derived from.
    pub fn expected(self, types: KeyTypes, policy: Policy) -> Expected<'static> {
        let key_type = types.find(self.type_code());
        let usages = key_type.map_or(AnyBdk::KEY_USAGES, |key_type| key_type.usages);
        Expected { usages, ..Expected::of_type::<AnyBdk>(key_type, Use::Derive, policy) }
    }
}

/// Where an exported key comes from, and what it becomes.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// It is in a key block under the LMK.
    pub from_block: bool,
    /// Scheme under the transport key.
    pub scheme: Scheme,
}

/// What is said of the copy of a key that leaves in a key block.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(way: Way)]
pub struct ExportedBlock<'a> {
    /// Exportability of the copy of a key block.
    #[when(way.from_block)]
    #[after("&")]
    pub exportability: Option<Text<'a, 1>>,
    /// Attributes of a TR-31 key block, for a key that was in none.
    #[when(!way.from_block && way.scheme == Scheme::Tr31)]
    #[after("&")]
    pub header: Option<ForeignHeader<'a>>,
    /// Attributes of a GISKE key block.
    #[when(!way.from_block && way.scheme == Scheme::Giske)]
    #[after("&")]
    pub giske: Option<GiskeHeader<'a>>,
    /// Version of a TR-31 key block; `B`, or `D` under AES, where nothing is said (inferred).
    #[when(way.scheme == Scheme::Tr31)]
    #[after("!")]
    #[error("BE")]
    pub version: Option<Tr31Version>,
}

/// Attributes of a GISKE key block.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct GiskeHeader<'a> {
    /// Key usage.
    pub key_usage: Text<'a, 2>,
    /// Key version number.
    pub version: Decimal<2>,
    /// Block identifier.
    pub id: GiskeId,
}

/// Identifier of a GISKE key block.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum GiskeId {
    /// First form.
    #[code("A")]
    A,
    /// Second form.
    #[code("2")]
    Two,
}
