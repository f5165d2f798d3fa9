//! The Visa PIN verification value, also called ABA PVV.

use zeroize::Zeroize;

use crate::cipher::Tdes;
use crate::digits;
use crate::pin::{Account, Pin, PinFault, SHORTEST};

/// PIN verification value of a PIN: 4 ASCII digits.
///
/// The rightmost 11 account digits without check digit, the PVK indicator (one ASCII digit, any) and the first 4 PIN
/// digits, enciphered under the PVK pair; then 4 digits in two scans. Device. [`PinFault::Length`] for a PIN of
/// fewer than 4 digits, [`PinFault::Account`] where the indicator is not a hexadecimal digit.
pub fn pvv(
    pvk: &Tdes,
    account: &Account<'_>,
    indicator: u8,
    pin: &Pin,
) -> Result<[u8; 4], PinFault> {
    let pin = pin.digits().first_chunk::<SHORTEST>().ok_or(PinFault::Length)?;
    let account = account.rightmost_twelve();
    let digits = account.iter().skip(1).chain(Some(&indicator)).chain(pin).copied();
    let mut block = u64::from_be_bytes(digits::pack(digits).ok_or(PinFault::Account)?);
    let value = digits::scan(&pvk.encrypt(block).to_be_bytes());
    block.zeroize();
    Ok(value)
}

/// True where `expected` is the verification value of the PIN; compared in constant time. Faults as [`pvv`].
pub fn verify_pvv(
    pvk: &Tdes,
    account: &Account<'_>,
    indicator: u8,
    pin: &Pin,
    expected: &[u8],
) -> Result<bool, PinFault> {
    Ok(crate::equal(&pvv(pvk, account, indicator, pin)?, expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn vectors() {
        vectors::run("pvv", &[], |row| {
            let account = row.account();
            let pin = Pin::from_digits(row.input("pin")).expect("PIN");
            let pvk = Tdes::new(&row.bytes("pvk")).expect("key");
            let indicator = b'0' + u8::try_from(row.number("pvki")).expect("digit");
            (row.algorithm() == "visa-pvv").then(|| {
                row.is(&pvv(&pvk, &account, indicator, &pin).expect("PVV"));
                let expected = row.output().as_bytes();
                assert_eq!(verify_pvv(&pvk, &account, indicator, &pin, expected), Ok(true));
                assert_eq!(verify_pvv(&pvk, &account, indicator, &pin, b""), Ok(false));
            })
        });
    }

    #[test]
    fn a_short_pin_has_no_verification_value() {
        let pvk = Tdes::new(&[0x31; 16]).expect("key");
        let account = Account::twelve(b"123456789012").expect("account");
        let pin = Pin::from_digits(b"123").expect("digits");
        assert_eq!(pvv(&pvk, &account, b'1', &pin), Err(PinFault::Length));
    }
}
