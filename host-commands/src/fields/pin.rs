//! PINs, PIN blocks, account numbers and what verifies them.

use bytes::{BufMut, BytesMut};
use crypto::pin;
use nom::{
    Parser,
    bytes::complete::{take, take_while_m_n},
    combinator::{map_opt, verify},
};
use wire::{
    Alphabet, Code, Cursor, ErrorCode, Fault, Field, Grammar, Group, Observer, Parsed, Scope, Wire,
    all_hex, read_number,
};

use super::{CipherBlock, Decimal, Digits, HexRun, KeyTypeCode};

/// PIN block format.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PinFormat {
    /// ISO 9564 format 0.
    #[code("01")]
    Iso0,
    /// Docutel.
    #[code("02")]
    Docutel,
    /// Diebold and IBM 3624.
    #[code("03")]
    Diebold,
    /// PLUS: as ISO format 0, with the leftmost twelve digits of the account number.
    #[code("04")]
    Plus,
    /// ISO 9564 format 1.
    #[code("05")]
    Iso1,
    /// ISO 9564 format 2.
    #[code("34")]
    Iso2,
    /// ISO 9564 format 3.
    #[code("47")]
    Iso3,
    /// ISO 9564 format 4.
    #[code("48")]
    Iso4,
}

/// The only maximum PIN length there is.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum MaximumPinLength {
    /// Always twelve.
    #[code("12")]
    Twelve,
}

/// An account number that a PIN block is bound to. Its length goes by the formats of the blocks:
/// 18 with format 04, up to 19 and `;` with format 48, else 12.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Account<'a> {
    /// Digits, filled with `F` on the left in format 04.
    pub digits: &'a [u8],
    closed: bool,
}

impl<'a> Account<'a> {
    /// The account number as PIN blocks need it.
    ///
    /// # Errors
    /// 22.
    pub fn number(&self) -> Result<pin::Account<'a>, ErrorCode> {
        let number = match self.digits.len() {
            _ if self.closed => pin::Account::full(self.digits),
            18 => pin::Account::eighteen(self.digits),
            _ => pin::Account::twelve(self.digits),
        };
        number.map_err(|_| ErrorCode::new(22))
    }
}

/// An account number where no PIN block says how long it is: twelve digits, or the whole number and
/// `;`, as commands have it under an AES LMK (inferred).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpenAccount<'a>(Account<'a>);

impl<'a> OpenAccount<'a> {
    /// The account number.
    ///
    /// # Errors
    /// 22.
    pub fn number(&self) -> Result<pin::Account<'a>, ErrorCode> {
        // Twelve digits are those of PIN blocks, also before a delimiter.
        Account { closed: self.0.digits.len() != 12, ..self.0 }.number()
    }
}

impl<'a> Field<'a> for OpenAccount<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("12N, or up to 19N and `;`", &["550000025321", "4000001234567899;"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let digits = input.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let closed = (1..=19).contains(&digits) && input.get(digits) == Some(&b';');
        let length = if closed { digits } else { 12 };
        let number = verify(take(length), |all: &[u8]| all.iter().all(u8::is_ascii_digit));
        let (rest, digits) = { number }.parse(input)?;
        Ok((&rest[usize::from(closed)..], Self(Account { digits, closed })))
    }

    fn encode(&self, out: &mut BytesMut) {
        self.0.write(out);
    }
}

impl<'a> Digits<'a, 12> {
    /// Twelve digits as the account number that they are.
    ///
    /// # Errors
    /// 22.
    pub fn account(self) -> Result<pin::Account<'a>, ErrorCode> {
        pin::Account::twelve(self.0).map_err(|_| ErrorCode::new(22))
    }
}

impl PinFormat {
    /// The format itself.
    pub fn format(self) -> pin::Format {
        match self {
            Self::Iso0 => pin::Format::Iso0,
            Self::Docutel => pin::Format::Docutel,
            Self::Diebold => pin::Format::Diebold,
            Self::Plus => pin::Format::Plus,
            Self::Iso1 => pin::Format::Iso1,
            Self::Iso2 => pin::Format::Iso2,
            Self::Iso3 => pin::Format::Iso3,
            Self::Iso4 => pin::Format::Iso4,
        }
    }
}

impl<'a> Wire<'a> for Account<'a> {
    type Given = [PinFormat; 2];
    const GRAMMAR: Grammar = Grammar::Own(
        "12N; 18H with format 04; 12-19N and `;` with format 48",
        &["550000025321", "FF4000001234567890", "4000001234567899;"],
    );

    fn read<O: Observer>(
        cursor: &mut Cursor<'a, '_, O>,
        formats: Self::Given,
    ) -> Result<Self, Fault> {
        let digit = |byte: u8| byte.is_ascii_digit();
        if formats.contains(&PinFormat::Iso4) {
            let digits = cursor.parse(|input, _| take_while_m_n(12, 19, digit).parse(input))?;
            let closed = cursor.eat(b";");
            return if closed { Ok(Self { digits, closed }) } else { Err(cursor.missing()) };
        }
        let length = if formats.contains(&PinFormat::Plus) { 18_usize } else { 12 };
        let valid = |all: &[u8]| {
            let fill = all.iter().take_while(|byte| **byte == b'F').count();
            fill <= all.len() - 12 && all[fill..].iter().all(u8::is_ascii_digit)
        };
        let digits = cursor.parse(|input, _| verify(take(length), valid).parse(input));
        let digits = digits.map_err(|fault| fault.or(Some(ErrorCode::new(22))))?;
        Ok(Self { digits, closed: false })
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.digits);
        if self.closed {
            out.put_u8(b';');
        }
    }
}

/// A PIN block, and the block that its PIN moves to.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(block_size: usize)]
pub struct PinTranslation<'a> {
    /// PIN block under the source key.
    #[with(block_size)]
    pub block: CipherBlock,
    /// Format of the source block.
    #[error(23)]
    pub source_format: PinFormat,
    /// Format of the destination block.
    #[error(23)]
    pub destination_format: PinFormat,
    /// Account number that the source block is bound to.
    #[with([source_format, destination_format])]
    pub account: Account<'a>,
    /// Account number or token for the destination block, if it is another: only where the settings
    /// allow tokens in PIN translation, else error 15.
    #[after(";")]
    #[with([destination_format; 2])]
    pub destination_account: Option<Account<'a>>,
}

/// A PIN that was moved into another block.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(block_size: usize)]
pub struct TranslatedPin {
    /// Digits in the PIN.
    pub length: Decimal<2>,
    /// PIN block under the destination key.
    #[with(block_size)]
    pub block: CipherBlock,
    /// Format of that block.
    pub format: PinFormat,
}

/// A PIN under the LMK: as long as the setting "PIN length" says, or `J` and 32 digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinUnderLmk<'a>(pub &'a [u8]);

impl<'a> Field<'a> for PinUnderLmk<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("L N, L H, or `J` 32H", &["01234", "J0123456789ABCDEF0123456789ABCDEF"]);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        if input.first() == Some(&b'J') {
            return verify(take(33_usize), |all: &[u8]| all_hex(&all[1..])).map(Self).parse(input);
        }
        match scope.lmk_pin {
            wire::LmkPin::Digits(length) => {
                verify(take(length), |all: &[u8]| all.iter().all(u8::is_ascii_digit))
                    .map(Self)
                    .parse(input)
            }
            wire::LmkPin::Hex(length) => verify(take(length), all_hex).map(Self).parse(input),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl PinUnderLmk<'_> {
    /// Whether it is in the form of an AES LMK.
    pub fn is_tagged(&self) -> bool {
        self.0.first() == Some(&b'J')
    }
}

/// A clear PIN, as long as a PIN under the LMK and filled with `F`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClearPin<'a>(pub &'a [u8]);

impl<'a> Field<'a> for ClearPin<'a> {
    const GRAMMAR: Grammar = Grammar::Secret("L H, filled with `F`", &["1234F", "55555"]);

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (wire::LmkPin::Digits(length) | wire::LmkPin::Hex(length)) = scope.lmk_pin;
        let valid = |all: &[u8]| {
            let digits = all.iter().take_while(|byte| byte.is_ascii_digit()).count();
            all[digits..].iter().all(|byte| *byte == b'F')
        };
        verify(take(length), valid).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// A decimalisation table: plain, under the LMK, or in user storage.
#[derive(Clone, Copy, Debug)]
pub struct DecimalisationTable<'a> {
    text: &'a [u8],
    /// The table itself: the same, or what user storage holds.
    pub table: &'a [u8],
}

impl PartialEq for DecimalisationTable<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'a> From<&'a [u8]> for DecimalisationTable<'a> {
    fn from(table: &'a [u8]) -> Self {
        Self { text: table, table }
    }
}

impl<'a> Field<'a> for DecimalisationTable<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "16H, `L` 32H, or `K` 3H",
        &["0123456789012345", "L709F26B22464E96A709F26B22464E96A", "K001"],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let length = match input.first() {
            Some(b'L') => 33_usize,
            Some(b'K') => 4,
            _ => 16,
        };
        let tag = usize::from(length != 16);
        let (rest, text) = verify(take(length), |all: &[u8]| all_hex(&all[tag..])).parse(input)?;
        if length != 4 {
            return Ok((rest, text.into()));
        }
        let index = read_number(&text[1..], 16).and_then(|index| u16::try_from(index).ok());
        match scope.stored.get(index.unwrap_or(u16::MAX), None) {
            Ok(table) => Ok((rest, Self { text, table })),
            Err(code) => Err(nom::Err::Failure(Fault::Code(code))),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.text);
    }
}

/// PIN validation data: twelve characters with one `N` for the account, or `P` and 16 digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ValidationData<'a>(pub &'a [u8]);

impl<'a> Field<'a> for ValidationData<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("12A with one `N`, or `P` 16H", &["5022654000N2", "P0123456789ABCDEF"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        if input.first() == Some(&b'P') {
            return verify(take(17_usize), |all: &[u8]| all_hex(&all[1..])).map(Self).parse(input);
        }
        let valid = |all: &[u8]| {
            all.split(|byte| *byte == b'N').count() == 2
                && all.iter().all(|byte| *byte == b'N' || all_hex(&[*byte]))
        };
        verify(take(12_usize), valid).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

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
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Ksn<'a> {
    /// Lengths of its parts.
    pub descriptor: KsnDescriptor,
    /// Key serial number.
    #[with(descriptor.digits())]
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

/// PINs that this message excludes: their number, their length, their digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExcludedPins<'a> {
    /// Digits of each PIN.
    pub length: usize,
    /// All digits.
    pub digits: &'a [u8],
}

impl<'a> ExcludedPins<'a> {
    /// Each PIN.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.digits.chunks_exact(self.length.max(1))
    }
}

impl<'a> Field<'a> for ExcludedPins<'a> {
    const GRAMMAR: Grammar =
        Grammar::Own("count 2N, length 2N, PINs", &["0204", "03040000111112340000", "0000"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let two = || map_opt(take(2_usize), |two| usize::try_from(read_number(two, 10)?).ok());
        let (rest, (count, length)) = (two(), two()).parse(input)?;
        verify(take(count * length), |all: &[u8]| all.iter().all(u8::is_ascii_digit))
            .map(|digits| Self { length, digits })
            .parse(rest)
    }

    fn encode(&self, out: &mut BytesMut) {
        let count = self.digits.len().checked_div(self.length).unwrap_or(0);
        wire::put_decimal(out, count as u64, 2);
        wire::put_decimal(out, self.length as u64, 2);
        out.put_slice(self.digits);
    }
}
