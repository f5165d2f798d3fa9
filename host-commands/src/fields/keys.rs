//! Keys as they stand in messages, and what is said about them.

mod block;
mod components;
mod exchange;
mod transport;

use core::{fmt, marker::PhantomData};

use appliance::Category;
use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::{take, take_while_m_n},
    combinator::{map_opt, verify},
};
use vault::{
    KeyType, KeyTypes, Permission, Role, Token, TokenFault, Untagged, role::AnyKey,
    usage::Direction,
};
use wire::{
    Code, Cursor, ErrorCode, Fault, Field, Grammar, Observer, Parsed, Scope, Wire, all_hex,
    read_number,
};

pub use block::*;
pub use components::*;
pub use exchange::*;
pub use transport::*;

use super::Decimal;
use crate::Activity;

/// A key in any scheme, or a reference to user storage; bad parity gives error `E`.
#[derive(Clone, Copy, Debug)]
pub struct KeyField<'a, R, const E: u8 = 10> {
    /// As it stands in the message.
    pub text: &'a [u8],
    /// The key itself: the same, or what user storage holds.
    pub token: Token<'a>,
    role: PhantomData<R>,
}

/// Keys as they may stand in a message; for tests, not for use.
const SAMPLES: &[&str] = &[
    "0406FBB23A5214DF",
    "0406FBB23A5214DF0406FBB23A5214DF",
    "U1457FF6ADF6250C66C368416B4C9D383",
    "T971803BA969012152827CC97A98D18D50BE6559CDFF6F7E1",
    "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9",
    "S10096P0AB00E0002EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9EA421618B34F5FA1A77F7CF6",
    "S00072B0TN00E0001566678078B5337915F4860C92F3FF2D6A6B11E8786F22DC8032EB758",
    "RB0080P0TE00N0000EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9EA421618",
];

impl<R, const E: u8> PartialEq for KeyField<'_, R, E> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'a, R, const E: u8> From<&'a [u8]> for KeyField<'a, R, E> {
    fn from(token: &'a [u8]) -> Self {
        Self { text: token, token: Token(token), role: PhantomData }
    }
}

impl<R, const E: u8> KeyField<'_, R, E> {
    /// Whether the key is a Thales key block.
    pub fn is_block(&self) -> bool {
        self.token.is_block()
    }

    /// Whether the key is a TR-31 key block.
    pub fn is_tr31(&self) -> bool {
        self.token.is_tr31()
    }

    /// Whether the key is a base derivation key by its header.
    pub fn is_bdk(&self) -> bool {
        self.token.is_bdk()
    }

    /// Which way the messages go that a BDK is for, by its header or else its type: those of BDK-2 are
    /// requests, those of BDK-4 responses.
    pub fn direction(&self, key_type: KeyTypeCode) -> Direction {
        match (&key_type.0, self.token.key_usage().as_ref()) {
            (_, Some(b"41")) | (b"609", None) => Direction::Request,
            (_, Some(b"43")) | (b"909", None) => Direction::Response,
            _ => Direction::Both,
        }
    }

    /// Whether the key is an AES key by its header.
    pub fn is_aes(&self) -> bool {
        self.token.is_aes()
    }

    /// Bytes of one cipher block under the key.
    pub fn block_size(&self) -> usize {
        self.token.block_size()
    }
}

impl<'a, R, const E: u8> KeyField<'a, R, E> {
    /// The same key in another role, where what the message says of it decides.
    pub fn in_role<S>(self) -> KeyField<'a, S, E> {
        KeyField { text: self.text, token: self.token, role: PhantomData }
    }

    /// Reads a key that has so many digits if it has no tag.
    fn take(input: &'a [u8], scope: &Scope<'a>, untagged: usize) -> Parsed<'a, Self> {
        let length = Token::length_of(input, untagged).map_err(|fault| {
            nom::Err::Error(match fault {
                TokenFault::Short => Fault::Short,
                TokenFault::Malformed => Fault::Invalid,
            })
        })?;
        let (rest, text) = verify(take(length), is_token).parse(input)?;
        let Some(index) = Token(text).reference() else { return Ok((rest, text.into())) };
        let scheme = text.first().copied().filter(|first| *first != b'K');
        match scope.stored.get(index, scheme) {
            Ok(token) => Ok((rest, Self { text, token: Token(token), role: PhantomData })),
            Err(code) => Err(nom::Err::Failure(Fault::Code(code))),
        }
    }
}

impl<'a, R: Role, const E: u8> Field<'a> for KeyField<'a, R, E> {
    const GRAMMAR: Grammar = Grammar::Key(
        R::NAME,
        ErrorCode::new(E),
        match R::UNTAGGED {
            Untagged::Single => &[
                SAMPLES[0], SAMPLES[2], SAMPLES[3], SAMPLES[4], SAMPLES[5], SAMPLES[6], SAMPLES[7],
            ],
            _ => &[SAMPLES[1], SAMPLES[2], SAMPLES[3], SAMPLES[4], SAMPLES[6]],
        },
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let untagged = match (R::UNTAGGED, scope.double_zmk) {
            (Untagged::Single, _) | (Untagged::Zmk, false) => 16,
            _ => 32,
        };
        Self::take(input, scope, untagged)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.text);
    }

    fn key(&self) -> Option<&'a [u8]> {
        Some(self.token.0)
    }
}

/// Whether the characters are those of a key: digits behind its tag, or those of a key block.
fn is_token(text: &[u8]) -> bool {
    match text {
        // Without an early end, sixteen characters are looked at together.
        [b'S' | b'R', block @ ..] => {
            block.iter().fold(true, |all, character| all & matches!(character, b' '..=b'~'))
        }
        [b'U' | b'T' | b'X' | b'Y' | b'Z', b'K', digits @ ..]
        | [b'K' | b'U' | b'T' | b'X' | b'Y' | b'Z', digits @ ..]
        | digits => all_hex(digits),
    }
}

/// Identifier of an LMK.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LmkId(pub u8);

impl<'a> Field<'a> for LmkId {
    const GRAMMAR: Grammar = Grammar::Digits(2, 2);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, id) = Decimal::<2>::parse(input, scope)?;
        Ok((rest, Self(u8::try_from(id.0).unwrap_or(u8::MAX))))
    }

    fn encode(&self, out: &mut BytesMut) {
        Decimal::<2>(self.0.into()).encode(out);
    }
}

/// Key type code: variant digit and LMK pair code, or `FFF` with a key block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyTypeCode(pub [u8; 3]);

impl KeyTypeCode {
    /// The key block says what it is.
    pub const IN_KEY_BLOCK: Self = Self(*b"FFF");

    /// Whether the code names one of the four kinds of base derivation key.
    pub fn is_bdk(self) -> bool {
        matches!(&self.0, b"009" | b"609" | b"809" | b"909")
    }
}

impl KeyTypeCode {
    /// What the code stands for, if anything.
    pub fn known(self, types: KeyTypes) -> Option<&'static KeyType> {
        types.find(self.0)
    }
}

impl Activity for KeyTypeCode {
    fn name(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// By the key type table; a key in a key block says itself what it is.
    /// What is printed is always guarded.
    fn is_guarded(&self, category: Category, types: KeyTypes) -> bool {
        if category == Category::Genprint {
            return true;
        }
        let Some(key_type) = self.known(types) else { return false };
        let permission = match category {
            Category::Generate => key_type.generate,
            Category::Export => key_type.export,
            Category::Import => key_type.import,
            _ => return true,
        };
        permission == Permission::Authorised
    }
}

impl fmt::Display for KeyTypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl<'a> Field<'a> for KeyTypeCode {
    const GRAMMAR: Grammar =
        Grammar::Own("key type code", &["000", "001", "002", "00A", "009", "FFF"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(verify(take(3_usize), all_hex), <[u8]>::as_array)
            .map(|code| Self(*code))
            .parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

/// Two digits that name an LMK pair, in `BU` and `BW`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PairCode(pub [u8; 2]);

impl<'a> Field<'a> for PairCode {
    const GRAMMAR: Grammar = Grammar::Own("pair code", &["00", "02", "0A", "42", "FF", "F2"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(verify(take(2_usize), all_hex), <[u8]>::as_array)
            .map(|code| Self(*code))
            .parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

impl PairCode {
    /// The key type that is meant; `FFF` where there is none.
    pub fn type_code(self, stated: Option<StatedType>) -> KeyTypeCode {
        match (&self.0, stated) {
            (b"FF" | b"F2", Some(stated)) => stated.0,
            (code, _) => KeyTypes::Standard
                .find_by_pair_code(*code)
                .map_or(KeyTypeCode::IN_KEY_BLOCK, |key_type| KeyTypeCode(key_type.code)),
        }
    }
}

/// A key type behind `;`. The options of `BU` and `BW` look the same; so the first of two groups
/// is the type, and the only one where the pair code asks for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StatedType(pub KeyTypeCode);

impl<'a> Wire<'a> for StatedType {
    type Given = PairCode;
    const GRAMMAR: Grammar = Grammar::Own("`;` and a key type code", &[";FFF", ";002"]);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, pair: PairCode) -> Result<Self, Fault> {
        let asked = matches!(&pair.0, b"FF" | b"F2");
        match cursor.rest() {
            [b';', _, _, _, rest @ ..] if asked || rest.first() == Some(&b';') => {
                cursor.eat(b";");
                cursor.parse(KeyTypeCode::parse).map(Self)
            }
            _ => Err(cursor.missing()),
        }
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_u8(b';');
        self.0.encode(out);
    }
}

/// Length of a key.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum KeyLength {
    /// Single.
    #[code("0")]
    Single,
    /// Double.
    #[code("1")]
    Double,
    /// Triple.
    #[code("2")]
    Triple,
    /// The key block says it.
    #[code("F")]
    InKeyBlock,
}

impl KeyLength {
    /// Digits of such a key if it has no tag.
    const fn digits(self) -> usize {
        match self {
            Self::Single | Self::InKeyBlock => 16,
            Self::Double => 32,
            Self::Triple => 48,
        }
    }

    /// Whether a key of so many bytes is as long as this says.
    pub const fn fits(self, bytes: usize, in_block: bool) -> bool {
        match self {
            Self::InKeyBlock => in_block,
            _ => !in_block && 2 * bytes == self.digits(),
        }
    }
}

/// A key whose length an earlier field gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyOfLength<'a>(pub KeyField<'a, AnyKey, 10>);

impl<'a> Wire<'a> for KeyOfLength<'a> {
    type Given = KeyLength;
    const GRAMMAR: Grammar = <KeyField<'a, AnyKey, 10> as Field<'a>>::GRAMMAR;

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: KeyLength) -> Result<Self, Fault> {
        cursor.parse(|input, scope| KeyField::take(input, scope, length.digits())).map(Self)
    }

    fn write(&self, out: &mut BytesMut) {
        self.0.encode(out);
    }

    fn keys(&self, see: &mut dyn FnMut(&'a [u8])) {
        self.0.keys(see);
    }
}

/// Key scheme, as a field states it.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Single length, or not used.
    #[code("0")]
    None,
    /// Single length.
    #[code("Z")]
    Single,
    /// Double length, variant.
    #[code("U")]
    Double,
    /// Triple length, variant.
    #[code("T")]
    Triple,
    /// Double length, ANSI X9.17.
    #[code("X")]
    DoubleX917,
    /// Triple length, ANSI X9.17.
    #[code("Y")]
    TripleX917,
    /// Thales key block.
    #[code("S")]
    KeyBlock,
    /// TR-31 key block.
    #[code("R")]
    Tr31,
    /// GISKE key block.
    #[code("V")]
    Giske,
}

impl Scheme {
    /// The scheme of a key that is in no key block.
    pub const fn of_parts(self) -> Option<vault::Scheme> {
        Some(match self {
            Self::None | Self::Single => vault::Scheme::Z,
            Self::Double => vault::Scheme::U,
            Self::Triple => vault::Scheme::T,
            Self::DoubleX917 => vault::Scheme::X,
            Self::TripleX917 => vault::Scheme::Y,
            Self::KeyBlock | Self::Tr31 | Self::Giske => return None,
        })
    }
}

/// Atalla variant of a ZMK, in one or two digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AtallaVariant<'a>(pub &'a [u8]);

impl AtallaVariant<'_> {
    /// The variant; error 15 where the number is too large for one.
    pub fn variant(self) -> Result<vault::transport::AtallaVariant, ErrorCode> {
        read_number(self.0, 10)
            .and_then(|number| u8::try_from(number).ok())
            .and_then(vault::transport::AtallaVariant::new)
            .ok_or(ErrorCode::INVALID_INPUT)
    }
}

impl<'a> Field<'a> for AtallaVariant<'a> {
    const GRAMMAR: Grammar = Grammar::Digits(1, 2);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        take_while_m_n(1, 2, |byte: u8| byte.is_ascii_digit()).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}
