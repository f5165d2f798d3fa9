//! Transaction keys (DUKPT): base derivation keys, key serial numbers, and what comes under them.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use vault::usage::MacAlgorithm;
use wire::{
    Alphabet, Code, Cursor, Fault, Field, Grammar, Group, Observer, Parsed, Scope, Wire, all_hex,
    read_number,
};

use super::{CipherBlock, Counted4N, HexRun, KeyTypeCode};

/// Three digits that say how a key serial number divides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KsnDescriptor([u8; 3]);

impl KsnDescriptor {
    /// Hexadecimal digits of the key serial number: the three parts and a counter of five.
    pub fn digits(self) -> usize {
        self.0.iter().map(|part| usize::from(*part)).sum::<usize>() + 5
    }
}

impl<'a> Field<'a> for KsnDescriptor {
    const GRAMMAR: Grammar = Grammar::Own("3H", &["605", "A05", "906"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let digit = || map_opt(take(1_usize), |digit| u8::try_from(read_number(digit, 16)?).ok());
        let parts = (digit(), digit(), digit()).map(|(a, b, c)| Self([a, b, c]));
        verify(parts, |parts| (12..=24).contains(&parts.digits())).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        self.0.iter().for_each(|part| wire::put_number(out, (*part).into(), 1, 16));
    }
}

/// A key serial number and how it divides.
///
/// With an AES key it has 24 digits, whatever the descriptor says (inferred).
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(is_aes: bool)]
pub struct Ksn<'a> {
    /// Lengths of its parts.
    pub descriptor: KsnDescriptor,
    /// Key serial number.
    #[with(if is_aes { 24 } else { descriptor.digits() })]
    pub number: KsnDigits<'a>,
}

/// The digits of a key serial number.
///
/// One simulator sends twenty digits, `FFFF` in front, where the descriptor says sixteen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KsnDigits<'a>(pub &'a [u8]);

impl<'a> Wire<'a> for KsnDigits<'a> {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Hex);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: usize) -> Result<Self, Fault> {
        let padded = length == 16
            && cursor.rest().starts_with(b"FFFF")
            && cursor.rest().get(16..20).is_some_and(all_hex)
            && cursor.rest().get(4..16) != Some(b"FFFFFFFFFFFF");
        HexRun::read(cursor, if padded { 20 } else { length }).map(|run| Self(run.0))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// Kind of a base derivation key, where the LMK is a variant LMK.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum BdkFlag {
    /// BDK-1.
    #[code("*")]
    Bdk1,
    /// BDK-2.
    #[code("~")]
    Bdk2,
    /// BDK-4.
    #[code("!")]
    Bdk4,
}

impl BdkFlag {
    /// The key type that the flag stands for.
    pub fn key_type(self) -> KeyTypeCode {
        KeyTypeCode(match self {
            Self::Bdk1 => *b"009",
            Self::Bdk2 => *b"609",
            Self::Bdk4 => *b"909",
        })
    }
}

/// A PIN block under a transaction key: 32 digits under a base derivation key of AES where format 48
/// follows, else 16 digits: then the transaction key is one of triple DES (inferred).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransactionBlock(pub CipherBlock);

impl TransactionBlock {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Whether a block of format 48 begins here: the block, the format, two digits or none, and an
    /// account number that is closed.
    fn is_format_48(rest: &[u8]) -> bool {
        let Some((block, [b'4', b'8', behind @ ..])) = rest.split_at_checked(32) else {
            return false;
        };
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        all_hex(block) && (12..=23).contains(&digits) && behind.get(digits) == Some(&b';')
    }
}

impl<'a> Wire<'a> for TransactionBlock {
    type Given = bool;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Hex);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, is_aes: bool) -> Result<Self, Fault> {
        let size = if is_aes && Self::is_format_48(cursor.rest()) { 16 } else { 8 };
        CipherBlock::read(cursor, size).map(Self)
    }

    fn write(&self, out: &mut BytesMut) {
        self.0.write(out);
    }
}

/// What to verify under a transaction.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum TransactionMode {
    /// PIN.
    #[code("0")]
    Pin,
    /// PIN and MAC.
    #[code("1")]
    PinAndMac(TransactionMac),
}

/// Which bytes of a MAC there are, and how it is made.
#[derive(Clone, Copy, Debug, Eq, Group, PartialEq)]
pub struct TransactionMac {
    /// Bytes that are there.
    pub part: MacPart,
    /// Method.
    pub method: MacMethod,
}

/// Bytes of a MAC that are there.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MacPart {
    /// All eight.
    #[code("1")]
    Whole,
    /// The left four.
    #[code("2")]
    Left,
    /// The right four.
    #[code("3")]
    Right,
}

impl MacPart {
    /// How many there are.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Whole => 8,
            Self::Left | Self::Right => 4,
        }
    }

    /// These bytes of a MAC.
    pub(crate) fn of(self, mac: [u8; 8]) -> CipherBlock {
        CipherBlock::new(match self {
            Self::Whole => &mac,
            Self::Left => &mac[..4],
            Self::Right => &mac[4..],
        })
    }
}

/// How a MAC is made. All but the first are inferred from the names that lists of commands give them.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MacMethod {
    /// ANSI X9.19.
    #[code("1")]
    X919,
    /// AS 2805.4.1, which gives the same MAC.
    #[code("2")]
    As2805,
    /// CMAC; its first eight bytes are the MAC. AES keys have no other.
    #[code("4")]
    Cmac,
    /// CMAC, too.
    #[code("5")]
    AesCmac,
}

impl MacMethod {
    /// The algorithm.
    pub(crate) const fn algorithm(self) -> MacAlgorithm {
        match self {
            Self::X919 | Self::As2805 => MacAlgorithm::Iso9797Algorithm3,
            Self::Cmac | Self::AesCmac => MacAlgorithm::Cmac,
        }
    }
}

/// What is done with the MAC of a transaction.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum TransactionMacMode {
    /// Verify all eight bytes.
    #[code("1")]
    Verify,
    /// Verify the left four: approval.
    #[code("2")]
    VerifyLeft,
    /// Verify the right four: refusal.
    #[code("3")]
    VerifyRight,
    /// Make all eight bytes.
    #[code("4")]
    Make,
    /// Make the left four: approval.
    #[code("5")]
    MakeLeft,
    /// Make the right four: refusal.
    #[code("6")]
    MakeRight,
}

impl TransactionMacMode {
    /// The bytes of the MAC that this is about.
    pub fn part(self) -> MacPart {
        match self {
            Self::Verify | Self::Make => MacPart::Whole,
            Self::VerifyLeft | Self::MakeLeft => MacPart::Left,
            Self::VerifyRight | Self::MakeRight => MacPart::Right,
        }
    }
}

/// The MAC of a transaction, and the message that it is on.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(part: MacPart)]
pub struct MacOnMessage<'a> {
    /// MAC.
    #[with(part.bytes())]
    pub mac: CipherBlock,
    /// Message.
    pub message: Counted4N<'a>,
}

impl TransactionMode {
    /// The bytes of the MAC that are there, if one is to be verified.
    pub fn mac_part(self) -> Option<MacPart> {
        match self {
            Self::Pin => None,
            Self::PinAndMac(mac) => Some(mac.part),
        }
    }
}
