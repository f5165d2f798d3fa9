//! Card verification values: CVV and its relatives, American Express CSC, Mastercard CVC3.
//!
//! Values are compared with [`crate::equal`], never with `==`.

mod csc;
mod cvc3;

pub use csc::{SecurityCodes, security_codes};
pub use cvc3::{cvc3, null_dynamic_digits, static_value};

use crate::cipher::Tdes;
use crate::digits;

/// Card data that cannot be made into the blocks of a card verification value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    /// A field has a character that is not a digit, or all fields together have more than 32 digits.
    #[error("account number, date and service code must be digits, at most 32 together")]
    Digits,
    /// The account number is not one of American Express: 34 or 37 and at least 14 digits.
    #[error("account number must begin with 34 or 37 and have at least 14 digits")]
    Account,
}

/// Card verification value of 3 ASCII digits: CVV, CVC, and with service code 000 CVV2 or with 999 iCVV.
///
/// `cvk` is the pair of card verification keys A and B; account number, date and service code are digits as sent, and
/// the order of month and year is the caller's. The digits, zero padded to 32, make two blocks; block 1 under A xor
/// block 2 goes through triple DES under A, B, A; digits are taken in two scans. Device, published.
pub fn cvv(
    cvk: &Tdes,
    account: &[u8],
    date: [u8; 4],
    service: [u8; 3],
) -> Result<[u8; 3], CardFault> {
    value(cvk, [account, &date, &service])
}

/// Cardholder authentication verification value of 3 ASCII digits, for 3-D Secure.
///
/// The CVV algorithm with the authentication tracking number as date, and result and second factor codes as service
/// code. Published.
pub fn cavv(
    cvk: &Tdes,
    account: &[u8],
    tracking_number: [u8; 4],
    result: u8,
    second_factor: [u8; 2],
) -> Result<[u8; 3], CardFault> {
    value(cvk, [account, &tracking_number, &[result], &second_factor])
}

/// Dynamic CVV of 3 ASCII digits, for Visa contactless magnetic stripe data.
///
/// The CVV algorithm under the card's master key (account sequence number 00), with the first 4 account digits replaced
/// by the last 4 digits of the transaction counter, decimal or hexadecimal as sent. Published by an open
/// implementation; the form of the counter in a host command is `inferred`.
pub fn dcvv(
    card_key: &Tdes,
    account: &[u8],
    counter: [u8; 4],
    date: [u8; 4],
    service: [u8; 3],
) -> Result<[u8; 3], CardFault> {
    let rest = account.get(4..).ok_or(CardFault::Digits)?;
    check([rest, &date, &service])?;
    digits_of(card_key, [&counter, rest, &date, &service])
}

fn value<const FIELDS: usize, const DIGITS: usize>(
    key: &Tdes,
    fields: [&[u8]; FIELDS],
) -> Result<[u8; DIGITS], CardFault> {
    check(fields)?;
    digits_of(key, fields)
}

fn check<const FIELDS: usize>(fields: [&[u8]; FIELDS]) -> Result<(), CardFault> {
    if fields.into_iter().all(digits::is_decimal) { Ok(()) } else { Err(CardFault::Digits) }
}

fn digits_of<const FIELDS: usize, const DIGITS: usize>(
    key: &Tdes,
    fields: [&[u8]; FIELDS],
) -> Result<[u8; DIGITS], CardFault> {
    let mut text = [b'0'; 32];
    let mut rest = &mut text[..];
    for field in fields {
        let (place, behind) = rest.split_at_mut_checked(field.len()).ok_or(CardFault::Digits)?;
        place.copy_from_slice(field);
        rest = behind;
    }
    let blocks: [u8; 16] = digits::pack_all(&text).ok_or(CardFault::Digits)?;
    // The retail MAC of the two blocks.
    let (blocks, _) = blocks.as_chunks();
    Ok(digits::scan(&key.retail_end(key.retail_chain(0, blocks)).to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emv::{self, Derivation};
    use crate::vectors::{self, Row};

    fn tdes(row: &Row, name: &str) -> Tdes {
        Tdes::new(&row.bytes(name)).expect("key")
    }

    fn fixed<const N: usize>(row: &Row, name: &str) -> [u8; N] {
        row.input(name).try_into().expect("length")
    }

    #[test]
    fn vectors() {
        vectors::run("cvv", &[], |row| {
            let pan = row.input("pan");
            let [date, service]: [&[u8]; 2] = [row.input("exp"), row.input("svc")];
            match row.algorithm() {
                "cvv" if row.has("length") => {
                    assert_eq!(row.number("length"), 5);
                    let digits: [u8; 5] =
                        value(&tdes(row, "cvk"), [pan, date, service]).expect("digits");
                    row.is(&digits);
                }
                "cvv" | "cvv2" | "icvv" => {
                    let cvv = cvv(&tdes(row, "cvk"), pan, fixed(row, "exp"), fixed(row, "svc"));
                    row.is(&cvv.expect("digits"));
                }
                "visa-dcvv" => {
                    // These values come from option B of an implementation that hashes even short account numbers.
                    let psn = fixed(row, "psn");
                    let derivation = Derivation::hashed(pan, psn).expect("digits");
                    let card_key =
                        emv::card_key(&row.tdes_key("imk_ac"), &derivation).expect("key");
                    let card_key = Tdes::new(card_key.as_bytes()).expect("key");
                    let counter = fixed(row, "atc_digits");
                    let dcvv = dcvv(&card_key, pan, counter, fixed(row, "exp"), fixed(row, "svc"));
                    row.is(&dcvv.expect("digits"));
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn cavv_vectors() {
        vectors::run("cavv", &[], |row| {
            let [result] = fixed(row, "auth_result");
            let factor = fixed(row, "second_factor");
            let atn = fixed(row, "atn");
            let cavv = cavv(&tdes(row, "cvk"), row.input("pan"), atn, result, factor);
            row.is(&cavv.expect("digits"));
            (row.algorithm() == "cavv").then_some(())
        });
    }

    #[test]
    fn refuses_what_is_not_digits_or_too_long() {
        let key = Tdes::new(&[0x31; 16]).expect("key");
        assert_eq!(cvv(&key, b"41234567890A", *b"8701", *b"101"), Err(CardFault::Digits));
        assert_eq!(cvv(&key, &[b'4'; 26], *b"8701", *b"101"), Err(CardFault::Digits));
        assert!(cvv(&key, &[b'4'; 25], *b"8701", *b"101").is_ok());
        assert_eq!(dcvv(&key, b"412", *b"0001", *b"8701", *b"101"), Err(CardFault::Digits));
        assert_eq!(
            dcvv(&key, b"4123456789012", *b"00G1", *b"8701", *b"101"),
            Err(CardFault::Digits)
        );
        assert!(dcvv(&key, b"4123456789012", *b"00AF", *b"8701", *b"101").is_ok());
    }
}
