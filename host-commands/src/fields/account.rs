//! Account numbers, as PIN blocks and PINs under the LMK are bound to them.

use bytes::{BufMut, BytesMut};
use crypto::pin;
use nom::{
    Parser,
    bytes::complete::{take, take_while_m_n},
    combinator::verify,
};
use wire::{Cursor, ErrorCode, Fault, Field, Grammar, Observer, Parsed, Scope, Wire};

use super::{Digits, PinFormat};
use crate::error::ACCOUNT;

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
        number.map_err(|_| ACCOUNT.0)
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
        pin::Account::twelve(self.0).map_err(|_| ACCOUNT.0)
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
        let refused = |fault: Fault| fault.or(Some(ACCOUNT.0));
        let digit = |byte: u8| byte.is_ascii_digit();
        if formats.contains(&PinFormat::Iso4) {
            let digits = cursor.parse(|input, _| take_while_m_n(12, 19, digit).parse(input));
            let digits = digits.map_err(refused)?;
            let closed = cursor.eat(b";");
            return if closed {
                Ok(Self { digits, closed })
            } else {
                Err(refused(cursor.missing()))
            };
        }
        let length = if formats.contains(&PinFormat::Plus) { 18_usize } else { 12 };
        let valid = |all: &[u8]| {
            let fill = all.iter().take_while(|byte| **byte == b'F').count();
            fill <= all.len() - 12 && all[fill..].iter().all(u8::is_ascii_digit)
        };
        let digits = cursor.parse(|input, _| verify(take(length), valid).parse(input));
        Ok(Self { digits: digits.map_err(refused)?, closed: false })
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.digits);
        if self.closed {
            out.put_u8(b';');
        }
    }
}
