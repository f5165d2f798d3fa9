//! Account numbers as PIN blocks and verification methods need them.

use super::PinFault;
use crate::digits;

/// An account number in one of the three forms in which it is sent. ASCII digits, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    digits: &'a [u8],
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Twelve,
    Eighteen,
    Full,
}

impl<'a> Account<'a> {
    /// The rightmost 12 digits without the check digit: the 12N field of most commands.
    ///
    /// [`PinFault::Account`] unless there are exactly 12 decimal digits.
    pub fn twelve(text: &'a [u8]) -> Result<Self, PinFault> {
        let fits = text.len() == 12 && digits::is_decimal(text);
        if fits { Ok(Self { digits: text, form: Form::Twelve }) } else { Err(PinFault::Account) }
    }

    /// The 18-character field of format 04 (Plus): up to 18 digits without the check digit, `F` padded on the left.
    ///
    /// [`PinFault::Account`] unless at least 12 decimal digits follow the padding. That the field leaves out the
    /// check digit is inferred; Plus itself needs only the leftmost 12 digits.
    pub fn eighteen(text: &'a [u8]) -> Result<Self, PinFault> {
        let padding = text.iter().take_while(|digit| **digit == b'F').count();
        let digits = text.get(padding..).unwrap_or_default();
        let fits = text.len() == 18 && digits.len() >= 12 && digits::is_decimal(digits);
        if fits { Ok(Self { digits, form: Form::Eighteen }) } else { Err(PinFault::Account) }
    }

    /// The whole account number with its check digit, 1 to 19 digits.
    ///
    /// [`PinFault::Account`] otherwise.
    pub fn full(text: &'a [u8]) -> Result<Self, PinFault> {
        let fits = (1..=19).contains(&text.len()) && digits::is_decimal(text);
        if fits { Ok(Self { digits: text, form: Form::Full }) } else { Err(PinFault::Account) }
    }

    /// The rightmost 12 digits without the check digit, zero padded on the left. ASCII.
    pub fn rightmost_twelve(&self) -> [u8; 12] {
        let digits = match self.form {
            Form::Twelve | Form::Eighteen => self.digits,
            Form::Full => self.digits.split_last().map_or(self.digits, |(_, digits)| digits),
        };
        let mut twelve = [b'0'; 12];
        for (place, digit) in twelve.iter_mut().rev().zip(digits.iter().rev()) {
            *place = *digit;
        }
        twelve
    }

    /// The account field `0000` and 12 digits of ISO formats 0 and 3.
    pub(crate) fn iso_field(&self) -> u64 {
        word(&self.rightmost_twelve())
    }

    /// The account field of format 04: `0000` and the leftmost 12 digits.
    pub(crate) fn plus_field(&self) -> Result<u64, PinFault> {
        match self.form {
            Form::Eighteen | Form::Full => self.digits.get(..12).map(word).ok_or(PinFault::Account),
            Form::Twelve => Err(PinFault::Account),
        }
    }

    /// The account field of ISO format 4: digits above 12 as one nibble, the digits, zeros behind. Fewer than 12
    /// digits are zero padded on the left and count as 12.
    pub(crate) fn iso4_field(&self) -> Result<[u8; 16], PinFault> {
        let Form::Full = self.form else { return Err(PinFault::Account) };
        let zeros = 12_usize.saturating_sub(self.digits.len());
        let above =
            *b"01234567".get(self.digits.len().saturating_sub(12)).ok_or(PinFault::Account)?;
        let padded = std::iter::repeat_n(b'0', zeros).chain(self.digits.iter().copied());
        digits::pack(std::iter::once(above).chain(padded)).ok_or(PinFault::Account)
    }
}

fn word(twelve: &[u8]) -> u64 {
    twelve.iter().fold(0, |word, digit| word << 4 | u64::from(digit & 0x0F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_the_digits_that_formats_need() {
        let full = Account::full(b"2283400000123456").expect("digits");
        assert_eq!(&full.rightmost_twelve(), b"340000012345");
        assert_eq!(full.plus_field(), Ok(0x0000_2283_4000_0012));
        let eighteen = Account::eighteen(b"FFF228340000012345").expect("digits");
        assert_eq!(&eighteen.rightmost_twelve(), b"340000012345");
        assert_eq!(eighteen.plus_field(), Ok(0x0000_2283_4000_0012));
        let twelve = Account::twelve(b"340000012345").expect("digits");
        assert_eq!(twelve.iso_field(), 0x0000_3400_0001_2345);
        assert_eq!(twelve.plus_field(), Err(PinFault::Account));
        assert_eq!(twelve.iso4_field(), Err(PinFault::Account));
    }

    #[test]
    fn refuses_what_is_not_an_account_number() {
        assert!(Account::twelve(b"34000001234").is_err());
        assert!(Account::twelve(b"3400000A2345").is_err());
        assert!(Account::eighteen(b"FFFFFFF28340000012").is_err());
        assert!(Account::eighteen(b"228340000012345FFF").is_err());
        assert!(Account::full(b"").is_err());
        assert!(Account::full(b"12345678901234567890").is_err());
    }
}
