//! PINs: in the clear, under the LMK, in PIN blocks.

use bytes::{BufMut, BytesMut};
use crypto::pin;
use nom::{
    Parser,
    bytes::complete::take,
    combinator::{map_opt, verify},
};
use wire::{Code, Fault, Field, Grammar, Group, Parsed, Scope, all_hex, read_number};

use super::{Account, CipherBlock, Decimal};

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
    /// Mastercard Pay Now & Pay Later.
    #[code("35")]
    PayNow,
    /// Visa PIN change, the new PIN alone.
    #[code("41")]
    VisaNew,
    /// Visa PIN change, the new PIN and the current one.
    #[code("42")]
    VisaChange,
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

impl PinFormat {
    /// The format itself.
    pub const fn format(self) -> pin::Format {
        match self {
            Self::Iso0 => pin::Format::Iso0,
            Self::Docutel => pin::Format::Docutel,
            Self::Diebold => pin::Format::Diebold,
            Self::Plus => pin::Format::Plus,
            Self::Iso1 => pin::Format::Iso1,
            Self::Iso2 => pin::Format::Iso2,
            Self::PayNow => pin::Format::PayNow,
            Self::VisaNew => pin::Format::VisaNew,
            Self::VisaChange => pin::Format::VisaChange,
            Self::Iso3 => pin::Format::Iso3,
            Self::Iso4 => pin::Format::Iso4,
        }
    }

    /// Whether only scripts to cards carry such a block: KU and KY make it, no other command takes it.
    pub const fn is_for_scripts(self) -> bool {
        matches!(self, Self::Iso2 | Self::PayNow | Self::VisaNew | Self::VisaChange)
    }

    /// Whether such a block binds its PIN to the account as ISO 9564-1 has it.
    pub const fn binds_by_iso(self) -> bool {
        matches!(self, Self::Iso0 | Self::Iso3 | Self::Iso4)
    }

    /// Whether a transaction key covers such blocks: those that come out different for different
    /// accounts. Source: manual, which names 01, 04, 05 and 47; 48 is inferred.
    pub const fn is_for_transactions(self) -> bool {
        matches!(self, Self::Iso0 | Self::Plus | Self::Iso1 | Self::Iso3 | Self::Iso4)
    }

    /// Bytes of such a block.
    pub const fn block_size(self) -> usize {
        self.format().block_length()
    }
}

/// A PIN block and its format.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(size: usize)]
pub struct FormattedBlock {
    /// PIN block.
    #[with(size)]
    pub block: CipherBlock,
    /// Format of the block.
    #[error(23)]
    pub format: PinFormat,
}

/// What becomes of a PIN block on its way.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Translation<'a> {
    /// Format of the source block.
    #[error(23)]
    pub source_format: PinFormat,
    /// Format of the destination block.
    #[error(23)]
    pub destination_format: PinFormat,
    /// Account number that both blocks are bound to, or the source block alone.
    #[with([source_format, destination_format])]
    pub account: Account<'a>,
    /// Account number or token that the destination block is bound to, if it is another: only where
    /// the settings allow tokens in PIN translation, else error 15 (inferred).
    #[after(";")]
    #[with([destination_format; 2])]
    pub destination_account: Option<Account<'a>>,
}

/// A PIN block that was translated.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(size: usize)]
pub struct Translated {
    /// Digits in the PIN.
    pub length: Decimal<2>,
    /// PIN block under the destination key.
    #[with(size)]
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

/// PINs that are excluded: their number, their length, their digits. Error 80 where there are not as
/// many digits as the number says.
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
        // The table is the last field: as many digits as are there are what the count should say.
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits != count * length {
            return Err(nom::Err::Failure(Fault::Length));
        }
        let (digits, rest) = rest.split_at(digits);
        Ok((rest, Self { length, digits }))
    }

    fn encode(&self, out: &mut BytesMut) {
        let count = self.digits.len().checked_div(self.length).unwrap_or(0);
        wire::put_decimal(out, count as u64, 2);
        wire::put_decimal(out, self.length as u64, 2);
        out.put_slice(self.digits);
    }
}
