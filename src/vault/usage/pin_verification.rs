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
