//! Error codes, and why a field was refused.

use bytes::{BufMut, BytesMut};
use nom::{IResult, Parser, bytes::complete::take, combinator::map_opt, error::ErrorKind};

use crate::{Field, Grammar, Scope};

/// The two characters that a reply carries after its code; `00` is success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ErrorCode(pub [u8; 2]);

impl ErrorCode {
    /// No error.
    pub const NONE: Self = Self::new(0);
    /// A field does not follow the grammar, or the message ends early or late.
    pub const INVALID_INPUT: Self = Self::new(15);
    /// A length field contradicts the data.
    pub const DATA_LENGTH: Self = Self::new(80);

    /// A code of two decimal digits.
    pub const fn new(number: u8) -> Self {
        Self([b'0' + number / 10 % 10, b'0' + number % 10])
    }
}

impl<'a> Field<'a> for ErrorCode {
    const GRAMMAR: Grammar = Grammar::Own("error code", &["00", "01"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(take(2_usize), <[u8]>::as_array).map(|code| Self(*code)).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

impl core::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
    }
}

/// Why a field was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The message ends inside the field.
    Short,
    /// The field does not follow its grammar.
    Invalid,
    /// A length contradicts the data.
    Length,
    /// The field has an error code of its own.
    Code(ErrorCode),
}

impl Fault {
    /// The code that the reply carries.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Short | Self::Invalid => ErrorCode::INVALID_INPUT,
            Self::Length => ErrorCode::DATA_LENGTH,
            Self::Code(code) => code,
        }
    }

    /// Gives a malformed field the error code of its place in the command.
    #[must_use]
    pub const fn or(self, error: Option<ErrorCode>) -> Self {
        match (self, error) {
            (Self::Invalid | Self::Length, Some(code)) => Self::Code(code),
            _ => self,
        }
    }
}

impl nom::error::ParseError<&[u8]> for Fault {
    fn from_error_kind(_: &[u8], kind: ErrorKind) -> Self {
        if kind == ErrorKind::Eof { Self::Short } else { Self::Invalid }
    }

    fn append(_: &[u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Result of a field's parser.
pub type Parsed<'a, T> = IResult<&'a [u8], T, Fault>;
