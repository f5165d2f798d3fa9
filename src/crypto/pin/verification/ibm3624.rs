//! The IBM 3624 method: natural PIN, and the offset between it and the PIN of the customer.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{DecimalisationTable, Malformed};
use crate::cipher::Tdes;
use crate::digits;
use crate::pin::{Account, LONGEST, Pin};

/// The block that the PIN verification key enciphers.
#[derive(Clone, Copy, Debug)]
pub struct ValidationData(u64);

impl ValidationData {
    /// Block from the 12-character field: 11 hexadecimal digits and, in any place, one `N` which stands for the last
    /// 5 digits of the 12-digit account number. Device.
    pub fn expand(field: &[u8], account: &Account<'_>) -> Result<Self, Malformed> {
        let split = field.iter().position(|digit| *digit == b'N').filter(|_| field.len() == 12);
        let (before, after) = field.split_at(split.ok_or(Malformed::ValidationData)?);
        let account = account.rightmost_twelve();
        let parts = [
            before,
            account.last_chunk::<5>().map_or(&[], |last| last),
            after.get(1..).unwrap_or_default(),
        ];
        Self::packed(parts.into_iter().flatten().copied())
    }

    /// Block from 16 hexadecimal digits, taken as they are.
    pub fn full(text: &[u8]) -> Result<Self, Malformed> {
        if text.len() == 16 {
            Self::packed(text.iter().copied())
        } else {
            Err(Malformed::ValidationData)
        }
    }

    fn packed(digits: impl Iterator<Item = u8>) -> Result<Self, Malformed> {
        digits::pack(digits)
            .map(|block| Self(u64::from_be_bytes(block)))
            .ok_or(Malformed::ValidationData)
    }
}

/// What is added to the natural PIN, digit by digit modulo 10, to get the PIN of the customer.
pub struct Offset(Pin);

impl Offset {
    /// Offset from its field: up to 12 decimal digits with `F` behind them.
    pub fn parse(field: &[u8]) -> Result<Self, Malformed> {
        let length = field.iter().rposition(|digit| *digit != b'F').map_or(0, |last| last + 1);
        let digits = field.get(..length).unwrap_or_default();
        if field.len() > LONGEST {
            return Err(Malformed::Offset);
        }
        Pin::from_digits(digits).map(Self).map_err(|_| Malformed::Offset)
    }

    /// The field: digits left-justified, `F` behind them. ASCII.
    pub fn field(&self) -> [u8; LONGEST] {
        let mut field = [b'F'; LONGEST];
        for (place, digit) in field.iter_mut().zip(self.digits()) {
            *place = *digit;
        }
        field
    }

    /// The digits alone. ASCII.
    pub fn digits(&self) -> &[u8] {
        self.0.digits()
    }

    /// The first digits alone, `length` of them if there are so many.
    #[must_use]
    pub fn leading(&self, length: usize) -> Self {
        Self(self.0.leading(length))
    }
}

/// The PIN that follows from key, validation data and table alone, `length` digits of it (at most 12).
///
/// Device: E(PVK, validation data), every hexadecimal digit through the table, the first digits. The key decides
/// between DES and triple DES.
pub fn natural_pin(
    pvk: &Tdes,
    data: ValidationData,
    table: &DecimalisationTable,
    length: usize,
) -> Pin {
    let mut cipher = pvk.encrypt(data.0);
    let mut decimal = table.apply(cipher);
    let pin = Pin::from_packed(decimal, length);
    cipher.zeroize();
    decimal.zeroize();
    pin
}

/// Offset of a PIN, as long as the PIN.
pub fn offset(pvk: &Tdes, data: ValidationData, table: &DecimalisationTable, pin: &Pin) -> Offset {
    let natural = natural_pin(pvk, data, table, pin.len());
    Offset(pin.combine(&natural, |pin, natural| pin + 10 - natural))
}

/// PIN of an offset, as long as the offset.
pub fn pin(pvk: &Tdes, data: ValidationData, table: &DecimalisationTable, offset: &Offset) -> Pin {
    let natural = natural_pin(pvk, data, table, offset.0.len());
    natural.combine(&offset.0, |natural, offset| natural + offset)
}

/// True where `pin` is the PIN of `offset`. An offset of another length than the PIN does not verify (`inferred`: in
/// all recorded traffic the two are equally long).
pub fn verify(
    pvk: &Tdes,
    data: ValidationData,
    table: &DecimalisationTable,
    offset: &Offset,
    entered: &Pin,
) -> bool {
    pin(pvk, data, table, offset).ct_eq(entered).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{self, Row};

    fn parts(row: &Row) -> (Tdes, ValidationData, DecimalisationTable) {
        (
            Tdes::new(&row.bytes("pvk")).expect("key"),
            ValidationData::full(row.input("validation_data")).expect("data"),
            DecimalisationTable::parse(row.input("dectab")).expect("table"),
        )
    }

    #[test]
    fn vectors() {
        vectors::run("ibm3624", &[], |row| {
            let (pvk, data, table) = parts(row);
            match row.algorithm() {
                "ibm3624" => {
                    let customer = Pin::from_digits(row.input("pin")).expect("PIN");
                    let natural = natural_pin(&pvk, data, &table, customer.len());
                    row.same("natural_pin", natural.digits());
                    let offset = offset(&pvk, data, &table, &customer);
                    row.same("offset", offset.digits());
                    assert!(pin(&pvk, data, &table, &offset) == customer);
                    assert!(verify(&pvk, data, &table, &offset, &customer));
                }
                "ibm3624-pin" => {
                    let offset = Offset::parse(row.input("offset")).expect("offset");
                    row.is(pin(&pvk, data, &table, &offset).digits());
                }
                "ibm3624-offset" => {
                    let customer = Pin::from_digits(row.input("pin")).expect("PIN");
                    row.is(offset(&pvk, data, &table, &customer).digits());
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn expands_validation_data_around_the_account_number() {
        let account = Account::twelve(b"000001000376").expect("account");
        let expanded = |field: &[u8]| ValidationData::expand(field, &account).map(|data| data.0);
        assert_eq!(expanded(b"1234567890NF"), Ok(0x1234_5678_9000_376F));
        assert_eq!(expanded(b"N12345678901"), Ok(0x0037_6123_4567_8901));
        assert_eq!(expanded(b"12345678901N"), Ok(0x1234_5678_9010_0376));
        for field in [&b"123456789012"[..], b"1234567890N", b"1234N6789N12", b"1234567890NG"] {
            assert_eq!(expanded(field), Err(Malformed::ValidationData));
        }
    }

    #[test]
    fn an_offset_is_digits_with_padding_behind() {
        let offset = Offset::parse(b"9568FFFFFFFF").expect("offset");
        assert_eq!(offset.digits(), b"9568");
        assert_eq!(&offset.field(), b"9568FFFFFFFF");
        assert_eq!(Offset::parse(b"FFFFFFFFFFFF").expect("empty").digits(), b"");
        for field in [&b"95F8FFFFFFFF"[..], b"956AFFFFFFFF", b"9568FFFFFFFFF"] {
            assert!(Offset::parse(field).is_err());
        }
    }

    #[test]
    fn another_length_or_digit_does_not_verify() {
        let pvk = Tdes::new(&[0x31; 16]).expect("key");
        let data = ValidationData::full(b"1122334455667788").expect("data");
        let table = DecimalisationTable::parse(b"0123456789012345").expect("table");
        let customer = Pin::from_digits(b"12345").expect("PIN");
        let right = offset(&pvk, data, &table, &customer);
        assert!(verify(&pvk, data, &table, &right, &customer));
        let short = Offset::parse(&right.digits()[..4]).expect("offset");
        assert!(!verify(&pvk, data, &table, &short, &customer));
        assert!(!verify(&pvk, data, &table, &right, &Pin::from_digits(b"12346").expect("PIN")));
    }
}
