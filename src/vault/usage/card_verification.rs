//! Keys that make card verification values.

use crypto::card::{self, CardFault, SecurityCodes};

use super::{CardVerification, Fault, tdes};
use crate::Key;

impl Key<CardVerification> {
    /// CVV, CVC and their relatives; see [`card::cvv`].
    ///
    /// # Errors
    /// A7 for a key of another algorithm; those of [`card::cvv`].
    pub fn cvv(
        &self,
        account: &[u8],
        date: [u8; 4],
        service: [u8; 3],
    ) -> Result<[u8; 3], Fault<CardFault>> {
        card::cvv(&tdes(&self.clear)?, account, date, service).map_err(Fault::Input)
    }

    /// Whether `expected` is the CVV of a card; compared in constant time.
    ///
    /// # Errors
    /// As [`Key::cvv`].
    pub fn verify_cvv(
        &self,
        account: &[u8],
        date: [u8; 4],
        service: [u8; 3],
        expected: [u8; 3],
    ) -> Result<bool, Fault<CardFault>> {
        Ok(crypto::equal(&self.cvv(account, date, service)?, &expected))
    }

    /// CAVV of 3-D Secure; see [`card::cavv`].
    ///
    /// # Errors
    /// As [`Key::cvv`].
    pub fn cavv(
        &self,
        account: &[u8],
        tracking_number: [u8; 4],
        result: u8,
        second_factor: [u8; 2],
    ) -> Result<[u8; 3], Fault<CardFault>> {
        card::cavv(&tdes(&self.clear)?, account, tracking_number, result, second_factor)
            .map_err(Fault::Input)
    }

    /// American Express card security codes; see [`card::security_codes`].
    ///
    /// # Errors
    /// As [`Key::cvv`].
    pub fn security_codes(
        &self,
        account: &[u8],
        date: [u8; 4],
        service: Option<[u8; 3]>,
    ) -> Result<SecurityCodes, Fault<CardFault>> {
        card::security_codes(&tdes(&self.clear)?, account, date, service).map_err(Fault::Input)
    }
}

#[cfg(test)]
mod tests {
    use crypto::Algorithm;

    use super::*;
    use crate::key_block::tests::text;
    use crate::usage::tests::{characters, key_of, rows_of};

    #[test]
    fn card_verification_values() {
        for row in rows_of(include_str!("../../../vectors/crypto/cvv.jsonl"), "cvv") {
            let cvk: Key<CardVerification> = key_of(&row, "cvk", Algorithm::Tdes);
            let account = text(&row, "inputs", "pan").as_bytes();
            let (date, service) = (characters(&row, "exp"), characters(&row, "svc"));
            let expected = row["output"].as_str().unwrap_or_default().as_bytes();
            let value = cvk.cvv(account, date, service).expect("a value");
            // Some rows have five digits, of which a command sends three.
            assert!(expected.starts_with(&value), "{}", row["id"]);
            assert_eq!(cvk.verify_cvv(account, date, service, value), Ok(true));
            assert_eq!(cvk.verify_cvv(account, date, service, *b"???"), Ok(false));
        }
    }

    #[test]
    fn fields_have_to_be_digits() {
        let cvk: Key<CardVerification> = crate::usage::tests::key(Algorithm::Tdes, &[0x5B; 16]);
        let outcome = cvk.cvv(b"4012", *b"26X1", *b"101");
        assert_eq!(outcome, Err(Fault::Input(CardFault::Digits)));
        assert!(cvk.cavv(b"4012345678909012", *b"1234", b'0', *b"08").is_ok());
        assert!(cvk.security_codes(b"371234567890123", *b"2612", None).is_ok());
    }
}
