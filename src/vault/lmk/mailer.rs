//! What vouches for mailers: reference numbers and check values.
//!
//! A reference number stands for an account on a form that comes back with the choice of a PIN: the last ten digits of the account
//! number, enciphered, and two check digits that anybody can work out. A PIN check value has as many digits as a PIN under
//! the LMK has characters, a reference check value has twelve. Source: manual.
//!
//! What the device enciphers with, and what its check values are made of, is not public. Here: FF1 (NIST SP 800-38G) for the ten
//! digits; for check values the last digits of a CMAC, as a number, over label, account number and PIN. Both are under a
//! 256-bit AES key derived from LMK pair 18-19, or from the key block LMK (inferred).

use crypto::Aes;
use crypto::fpe::Ff1;
use crypto::mac::cmac;
use crypto::pin::Pin;

use super::{Lmk, Material, MaterialFault, PinUnderLmk, derivation};

/// Digits of an account number that a reference number holds.
pub const REFERENCED: usize = 10;

/// The key for mailers under an LMK.
pub(super) struct MailerKey(Aes);

impl MailerKey {
    /// LMK pair 18-19. Source: manual.
    const PAIR: u8 = 9;
    const RADIX: u16 = 10;
    const TWEAK: &[u8] = b"reference number";

    pub(super) fn new(material: &Material) -> Result<Self, MaterialFault> {
        derivation::aes(material, Self::PAIR, b"MAILER").map(Self)
    }

    /// Decimal digits that vouch for a message.
    fn check_value(&self, message: &[&[u8]], digits: &mut [u8]) {
        let mut number = u128::from_be_bytes(cmac(&self.0, message));
        for digit in digits.iter_mut().rev() {
            let [ones, ..] = (number % 10).to_le_bytes();
            *digit = b'0' + ones;
            number /= 10;
        }
    }
}

impl Lmk {
    /// Reference number of an account.
    ///
    /// Own construction, see the head of this module (inferred).
    ///
    /// # Errors
    /// 22 where the account number is not decimal.
    pub fn reference_number(&self, account: &[u8; 12]) -> Result<[u8; 12], PinUnderLmk> {
        let fault = |_| PinUnderLmk::Account;
        let [_, _, last @ ..] = account;
        let mut numerals = last.map(|digit| digit.wrapping_sub(b'0'));
        let ff1 = Ff1::new(&self.mailer_key.0, MailerKey::RADIX).map_err(fault)?;
        ff1.encrypt(MailerKey::TWEAK, &mut numerals).map_err(fault)?;
        let mut reference = [0; 12];
        let (first, check) = reference.split_at_mut(REFERENCED);
        check.copy_from_slice(&check_digits(&numerals));
        first.copy_from_slice(&numerals);
        Ok(reference.map(|numeral| b'0' + numeral))
    }

    /// Last ten digits of the account that a reference number stands for; none where its check digits are wrong.
    ///
    /// Own construction, see the head of this module (inferred).
    pub fn referenced(&self, reference: &[u8; 12]) -> Option<[u8; REFERENCED]> {
        let mut numerals = *numerals(reference)?.first_chunk()?;
        let ff1 = Ff1::new(&self.mailer_key.0, MailerKey::RADIX).ok()?;
        ff1.decrypt(MailerKey::TWEAK, &mut numerals).ok()?;
        Some(numerals.map(|numeral| b'0' + numeral))
    }

    /// Reference check value of an account: twelve digits.
    ///
    /// Own construction, see the head of this module (inferred).
    pub fn reference_check_value(&self, account: &[u8; 12]) -> [u8; 12] {
        let mut digits = [0; 12];
        self.mailer_key.check_value(&[b"reference check value", account], &mut digits);
        digits
    }

    /// Writes the PIN check value of a PIN of an account over `digits`.
    ///
    /// Own construction, see the head of this module (inferred).
    pub fn pin_check_value(&self, account: &[u8; 12], pin: &Pin, digits: &mut [u8]) {
        self.mailer_key.check_value(&[b"PIN check value", account, pin.digits()], digits);
    }
}

/// Whether these are twelve digits of which the last two are the check digits of a reference number.
pub fn is_reference_number(reference: &[u8; 12]) -> bool {
    numerals(reference).is_some()
}

/// The digits as numbers, if the check digits are right.
fn numerals(reference: &[u8; 12]) -> Option<[u8; 12]> {
    let numerals = reference.map(|digit| digit.wrapping_sub(b'0'));
    let (first, check) = numerals.split_first_chunk()?;
    let valid = numerals.iter().all(|numeral| *numeral < 10) && *check == check_digits(first);
    valid.then_some(numerals)
}

/// The check digits: one by weights, and one by the formula of Luhn over all before it. Source: manual.
fn check_digits(numerals: &[u8; REFERENCED]) -> [u8; 2] {
    const WEIGHTS: [u8; 8] = [9, 7, 8, 6, 7, 9, 6, 8];
    let complement = |sum: u16| [0, 9, 8, 7, 6, 5, 4, 3, 2, 1][usize::from(sum % 10)];
    let weighted = numerals[2..].iter().zip(WEIGHTS);
    let first = complement(weighted.map(|(numeral, weight)| u16::from(numeral * weight)).sum());
    let doubled = |numeral: &u8| 2 * numeral / 10 + 2 * numeral % 10;
    let pairs = numerals.as_chunks().0.iter();
    let sum: u16 = pairs.map(|[left, right]| u16::from(doubled(left) + right)).sum();
    [first, complement(sum + u16::from(doubled(&first)))]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LMKS: [&str; 3] = ["test-variant", "test-key-block-tdes", "test-key-block-aes"];

    /// The values are those of an independent program.
    #[test]
    fn reference_numbers_and_check_values() {
        for (name, account, reference, check, long, short) in [
            (LMKS[0], b"550000025321", b"549661143145", b"119959323194", b"8372814448035", "12217"),
            (LMKS[0], b"400000000000", b"710780358911", b"162155006375", b"8604018065515", "09705"),
            (LMKS[1], b"550000025321", b"503617015642", b"733812061515", b"3193653375932", "06715"),
            (LMKS[1], b"400000000000", b"042820371740", b"198043615975", b"5581968349005", "02899"),
            (LMKS[2], b"550000025321", b"891323051799", b"160827196525", b"7960675661621", "73245"),
            (LMKS[2], b"400000000000", b"537009301822", b"215633059474", b"0161727570632", "60746"),
        ] {
            let lmk = Lmk::named(name).expect("a test LMK");
            assert_eq!(lmk.reference_number(account), Ok(*reference));
            assert_eq!(lmk.referenced(reference).as_ref(), account.last_chunk());
            assert_eq!(lmk.reference_check_value(account), *check);
            let value = |pin: &[u8], length| {
                let pin = Pin::from_digits(pin).expect("decimal digits");
                let mut digits = vec![0; length];
                lmk.pin_check_value(account, &pin, &mut digits);
                digits
            };
            assert_eq!(value(b"123456789012", 13), long);
            assert_eq!(value(b"1234", 5), short.as_bytes());
        }
    }

    /// The reference number is the example of the manual.
    #[test]
    fn check_digits_tell_what_is_no_reference_number() {
        const REFERENCE: &[u8; 12] = b"936125183702";
        let lmk = Lmk::named(LMKS[0]).expect("a test LMK");
        assert!(is_reference_number(REFERENCE));
        assert!(lmk.referenced(REFERENCE).is_some());
        for at in 0..12 {
            for digit in (b'0'..=b'9').filter(|digit| *digit != REFERENCE[at]) {
                let mut wrong = *REFERENCE;
                wrong[at] = digit;
                assert!(!is_reference_number(&wrong), "{}", wrong.escape_ascii());
                assert_eq!(lmk.referenced(&wrong), None);
            }
        }
        for wrong in [b"93612518370F", b"93612518 702", b"\xFF36125183702"] {
            assert!(!is_reference_number(wrong));
        }
        assert_eq!(lmk.reference_number(b"40000000000F"), Err(PinUnderLmk::Account));
        assert_eq!(lmk.reference_number(b"40000000000/"), Err(PinUnderLmk::Account));
    }
}
