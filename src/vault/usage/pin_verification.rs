//! Keys that make PIN verification values.

use crypto::pin::verification::{
    DecimalisationTable, Offset, ValidationData, ibm3624, pvv, verify_pvv,
};
use crypto::pin::{Account, Pin, PinFault};

use super::{Fault, PinVerification, tdes};
use crate::{Key, Refusal};

impl Key<PinVerification> {
    /// Whether the key has single length. IBM 3624 commands answer 02 otherwise, and that is a success.
    pub fn is_single_length(&self) -> bool {
        self.len() == 8
    }

    /// Visa PIN verification value of a PIN.
    ///
    /// # Errors
    /// A7 for a key of another algorithm; those of [`pvv`].
    pub fn pvv(
        &self,
        account: &Account<'_>,
        indicator: u8,
        pin: &Pin,
    ) -> Result<[u8; 4], Fault<PinFault>> {
        pvv(&tdes(&self.clear)?, account, indicator, pin).map_err(Fault::Input)
    }

    /// Whether `expected` is the PIN verification value of a PIN; compared in constant time.
    ///
    /// # Errors
    /// As [`Key::pvv`].
    pub fn verify_pvv(
        &self,
        account: &Account<'_>,
        indicator: u8,
        pin: &Pin,
        expected: &[u8],
    ) -> Result<bool, Fault<PinFault>> {
        let key = tdes(&self.clear)?;
        verify_pvv(&key, account, indicator, pin, expected).map_err(Fault::Input)
    }

    /// IBM 3624 natural PIN of so many digits.
    ///
    /// # Errors
    /// A7 for a key of another algorithm.
    pub fn natural_pin(
        &self,
        data: ValidationData,
        table: &DecimalisationTable,
        length: usize,
    ) -> Result<Pin, Refusal> {
        Ok(ibm3624::natural_pin(&tdes(&self.clear)?, data, table, length))
    }

    /// IBM 3624 offset of a PIN.
    ///
    /// # Errors
    /// A7 for a key of another algorithm.
    pub fn offset(
        &self,
        data: ValidationData,
        table: &DecimalisationTable,
        pin: &Pin,
    ) -> Result<Offset, Refusal> {
        Ok(ibm3624::offset(&tdes(&self.clear)?, data, table, pin))
    }

    /// IBM 3624 PIN of an offset.
    ///
    /// # Errors
    /// A7 for a key of another algorithm.
    pub fn pin_of_offset(
        &self,
        data: ValidationData,
        table: &DecimalisationTable,
        offset: &Offset,
    ) -> Result<Pin, Refusal> {
        Ok(ibm3624::pin(&tdes(&self.clear)?, data, table, offset))
    }

    /// Whether a PIN is that of an IBM 3624 offset; compared in constant time.
    ///
    /// # Errors
    /// A7 for a key of another algorithm.
    pub fn verify_offset(
        &self,
        data: ValidationData,
        table: &DecimalisationTable,
        offset: &Offset,
        pin: &Pin,
    ) -> Result<bool, Refusal> {
        Ok(ibm3624::verify(&tdes(&self.clear)?, data, table, offset, pin))
    }
}

#[cfg(test)]
mod tests {
    use crypto::Algorithm;

    use super::*;
    use crate::key_block::tests::text;
    use crate::usage::tests::{key, key_of, rows_of};

    #[test]
    fn visa_pin_verification_values() {
        for row in rows_of(include_str!("../../../vectors/crypto/pvv.jsonl"), "visa-pvv") {
            let pvk: Key<PinVerification> = key_of(&row, "pvk", Algorithm::Tdes);
            let account = match text(&row, "inputs", "pan12") {
                "" => Account::full(text(&row, "inputs", "pan").as_bytes()),
                twelve => Account::twelve(twelve.as_bytes()),
            };
            let account = account.expect("digits");
            let pin = Pin::from_digits(text(&row, "inputs", "pin").as_bytes()).expect("digits");
            let indicator = row["inputs"]["pvki"].as_u64().and_then(|value| value.try_into().ok());
            let indicator = b'0' + indicator.unwrap_or(0);
            let expected = row["output"].as_str().unwrap_or_default().as_bytes();
            let value = pvk.pvv(&account, indicator, &pin).expect("a value");
            assert_eq!(value, expected, "{}", row["id"]);
            assert_eq!(pvk.verify_pvv(&account, indicator, &pin, expected), Ok(true));
            assert_eq!(pvk.verify_pvv(&account, indicator ^ 1, &pin, b"????"), Ok(false));
        }
    }

    #[test]
    fn ibm_offsets() {
        for row in rows_of(include_str!("../../../vectors/crypto/ibm3624.jsonl"), "ibm3624") {
            let pvk: Key<PinVerification> = key_of(&row, "pvk", Algorithm::Tdes);
            assert_eq!(pvk.is_single_length(), text(&row, "inputs", "pvk").len() == 16);
            let data = text(&row, "inputs", "validation_data").as_bytes();
            let data = ValidationData::full(data).expect("digits");
            let table = text(&row, "inputs", "dectab").as_bytes();
            let table = DecimalisationTable::parse(table).expect("digits");
            let pin = Pin::from_digits(text(&row, "inputs", "pin").as_bytes()).expect("digits");
            let natural = pvk.natural_pin(data, &table, pin.len()).expect("a DES key");
            assert_eq!(natural.digits(), text(&row, "output", "natural_pin").as_bytes());
            let offset = pvk.offset(data, &table, &pin).expect("a DES key");
            assert_eq!(offset.digits(), text(&row, "output", "offset").as_bytes());
            let again = pvk.pin_of_offset(data, &table, &offset).expect("a DES key");
            assert!(again == pin);
            assert_eq!(pvk.verify_offset(data, &table, &offset, &pin), Ok(true));
        }
    }

    #[test]
    fn an_aes_key_is_refused() {
        let pvk: Key<PinVerification> = key(Algorithm::Aes, &[0x5B; 16]);
        let account = Account::twelve(b"550000025321").expect("digits");
        let pin = Pin::from_digits(b"1234").expect("digits");
        let outcome = pvk.pvv(&account, b'1', &pin);
        assert_eq!(outcome, Err(Fault::Key(Refusal::Algorithm)));
    }
}
