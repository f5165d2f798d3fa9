//! What the older MAC commands say about messages.

use bytes::{BufMut, BytesMut};
use nom::{Parser, bytes::complete::take, combinator::verify};
use vault::{Use, role::MacKey, usage};
use wire::{
    Alphabet, Code, Cursor, ErrorCode, Fault, Field, Grammar, Group, Observer, Parsed, Scope, Wire,
    put_number, read_number,
};

use super::super::{CipherBlock, Counted, KeyField, KeyTypeCode};
use super::{Encoding, Place};
use crate::{Session, envelope, session::mac::Authenticator};

/// Data up to the end of the message, to its trailer, or to the `~` in front of `%` and an LMK identifier.
///
/// What looks like an LMK identifier is data if no `~` is in front of it. Source: manual.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FreeData<'a>(pub &'a [u8]);

impl<'a> Field<'a> for FreeData<'a> {
    const GRAMMAR: Grammar = Grammar::Own("nB, to the end or to `~%nn`", &["", "MACing", "\n;%"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let body = input.len() - envelope::trailer(input).len();
        let end = match &input[..body] {
            [.., b'~', b'%', first, second]
                if [first, second].map(u8::is_ascii_digit) == [true; 2] =>
            {
                body - 4
            }
            [.., b'~', b'%', digit] if digit.is_ascii_digit() => body - 3,
            [.., b'~', b'%'] => body - 2,
            _ => body,
        };
        let (data, rest) = input.split_at(end);
        Ok((rest, Self(data)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// 1 to 800 bytes behind their number in three hexadecimal digits; error 80 for another number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ShortData<'a>(pub &'a [u8]);

/// Most bytes of [`ShortData`]. Source: manual.
const LONGEST: usize = 0x320;

impl<'a> Field<'a> for ShortData<'a> {
    const GRAMMAR: Grammar = <Counted<'a, 3, 16> as Field<'a>>::GRAMMAR;

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, data) = Counted::<'a, 3, 16>::parse(input, scope)?;
        if (1..=LONGEST).contains(&data.0.len()) {
            Ok((rest, Self(data.0)))
        } else {
            Err(nom::Err::Failure(Fault::Length))
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        Counted::<3, 16>(self.0).encode(out);
    }
}

/// Encoding of a message block.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum BlockEncoding {
    /// Binary.
    #[code("0")]
    Binary,
    /// Hexadecimal.
    #[code("1")]
    Hexadecimal,
}

impl From<BlockEncoding> for Encoding {
    fn from(encoding: BlockEncoding) -> Self {
        match encoding {
            BlockEncoding::Binary => Self::Binary,
            BlockEncoding::Hexadecimal => Self::Hexadecimal,
        }
    }
}

/// A message block behind the number of its bytes in four hexadecimal digits: in hexadecimal it has twice as
/// many characters. Error 80 if they are not all there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MessageBlock<'a> {
    /// As it stands.
    pub text: &'a [u8],
    encoding: BlockEncoding,
}

impl MessageBlock<'_> {
    const fn characters(encoding: BlockEncoding) -> usize {
        match encoding {
            BlockEncoding::Binary => 1,
            BlockEncoding::Hexadecimal => 2,
        }
    }
}

impl<'a> Wire<'a> for MessageBlock<'a> {
    type Given = BlockEncoding;
    const GRAMMAR: Grammar =
        Grammar::Own("4H bytes, then nB or 2nH", &["0008MESSAGES", "00080123456789ABCDEF"]);

    fn read<O: Observer>(
        cursor: &mut Cursor<'a, '_, O>,
        encoding: BlockEncoding,
    ) -> Result<Self, Fault> {
        let bytes = cursor.parse(|input, _| {
            verify(take(4_usize), |digits: &[u8]| read_number(digits, 16).is_some()).parse(input)
        })?;
        let bytes = read_number(bytes, 16).and_then(|bytes| usize::try_from(bytes).ok());
        let length = bytes.unwrap_or(usize::MAX).saturating_mul(Self::characters(encoding));
        if length > cursor.rest().len() {
            return Err(Fault::Length);
        }
        let text = cursor.parse(|input, _| take(length).parse(input))?;
        Ok(Self { text, encoding })
    }

    fn write(&self, out: &mut BytesMut) {
        let bytes = self.text.len() / Self::characters(self.encoding);
        put_number(out, bytes as u64, 4, 16);
        out.put_slice(self.text);
    }
}

/// Number of digits of a decimal MAC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DecimalMacLength(pub usize);

impl<'a> Field<'a> for DecimalMacLength {
    const GRAMMAR: Grammar = Grammar::Own("1H, from 1 to C", &["1", "8", "C"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, digit) = take(1_usize).parse(input)?;
        match read_number(digit, 16).and_then(|length| usize::try_from(length).ok()) {
            Some(length @ 1..=12) => Ok((rest, Self(length))),
            _ => Err(nom::Err::Error(Fault::Invalid)),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.0 as u64, 1, 16);
    }
}

/// A decimal MAC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DecimalMac {
    digits: [u8; 12],
    length: usize,
}

impl DecimalMac {
    /// The first digits of a MAC.
    pub fn new(digits: [u8; 12], length: DecimalMacLength) -> Self {
        let mut mac = Self { digits: [0; 12], length: length.0.min(12) };
        mac.digits[..mac.length].copy_from_slice(&digits[..mac.length]);
        mac
    }

    /// Its digits.
    pub fn digits(&self) -> &[u8] {
        &self.digits[..self.length]
    }
}

impl<'a> Wire<'a> for DecimalMac {
    type Given = DecimalMacLength;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Digits);

    fn read<O: Observer>(
        cursor: &mut Cursor<'a, '_, O>,
        length: DecimalMacLength,
    ) -> Result<Self, Fault> {
        let digits = cursor.parse(|input, _| {
            let decimal = |all: &[u8]| all.iter().all(u8::is_ascii_digit);
            verify(take(length.0), decimal).parse(input)
        })?;
        let mut all = [0; 12];
        for (place, digit) in all.iter_mut().zip(digits) {
            *place = *digit;
        }
        Ok(Self::new(all, length))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.digits());
    }
}

/// Type of the key of a large message.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum LargeMacKey {
    /// Terminal authentication key.
    #[code("0")]
    Tak,
    /// Zone authentication key.
    #[code("1")]
    Zak,
}

impl LargeMacKey {
    /// Its key type.
    pub fn code(self) -> KeyTypeCode {
        KeyTypeCode(match self {
            Self::Tak => *b"003",
            Self::Zak => *b"008",
        })
    }
}

/// Length of the key of a large message.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MacKeyLength {
    /// Single.
    #[code("0")]
    Single,
    /// Double.
    #[code("1")]
    Double,
}

/// Type of a MAC key, by the way that messages go.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum SentMacKey {
    /// Terminal authentication key.
    #[code("0")]
    Tak,
    /// Zone authentication key.
    #[code("1")]
    Zak,
    /// Terminal authentication key for what is sent.
    #[code("2")]
    Taks,
    /// Zone authentication key for what is sent.
    #[code("3")]
    Zaks,
}

impl SentMacKey {
    /// Its key type.
    pub fn code(self) -> KeyTypeCode {
        KeyTypeCode(match self {
            Self::Tak => *b"003",
            Self::Zak => *b"008",
            Self::Taks => *b"103",
            Self::Zaks => *b"108",
        })
    }
}

/// Algorithm of the MAC of a large message, and how much of the MAC there is.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum LargeMacMethod {
    /// ANSI X9.9, eight digits.
    #[code("0")]
    X99,
    /// ANSI X9.19, eight digits.
    #[code("1")]
    X919,
    /// AS 2805.4.1, sixteen digits: the MAB.
    #[code("2")]
    As2805Mab,
    /// AS 2805.4.1, eight digits.
    #[code("3")]
    As2805Mac,
}

impl LargeMacMethod {
    /// Bytes of the MAC.
    pub fn bytes(self) -> usize {
        if self == Self::As2805Mab { 8 } else { 4 }
    }

    /// The algorithm.
    pub(crate) const fn algorithm(self) -> usage::MacAlgorithm {
        match self {
            Self::X99 => usage::MacAlgorithm::Iso9797Algorithm1,
            Self::X919 | Self::As2805Mab | Self::As2805Mac => {
                usage::MacAlgorithm::Iso9797Algorithm3
            }
        }
    }
}

/// A block of a large message, and how its MAC is made.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct LargeMessage<'a> {
    /// Place of this block in the message.
    #[error(5)]
    pub place: Place,
    /// Type of the key.
    #[error(4)]
    pub key_type: SentMacKey,
    /// Algorithm, and how much of the MAC there is.
    pub method: LargeMacMethod,
    /// Encoding of the block.
    #[error(3)]
    pub encoding: BlockEncoding,
    /// TAK or ZAK.
    pub key: KeyField<'a, MacKey, 10>,
    /// Chaining value from the block before.
    #[when(place.continues())]
    #[with(8)]
    pub chain: Option<CipherBlock>,
    /// Message block: whole eights of bytes, if more is to come.
    #[with(encoding)]
    pub block: MessageBlock<'a>,
}

impl<'a> LargeMessage<'a> {
    /// Opens the key and decodes the block.
    pub(crate) fn open(
        &self,
        session: &Session<'a>,
        purpose: Use,
    ) -> Result<(Authenticator, &'a [u8]), ErrorCode> {
        let key = session.open_as(self.key, self.key_type.code(), purpose)?;
        let key = Authenticator::older(key, self.method.algorithm());
        Ok((key, Encoding::from(self.encoding).decode(self.block.text, session)?))
    }
}
