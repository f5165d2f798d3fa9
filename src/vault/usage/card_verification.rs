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
