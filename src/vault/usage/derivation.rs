//! Base derivation keys: the keys of a terminal and of its transactions.

use crypto::dukpt::{KsnFault, aes, des, tdes};
use crypto::{Algorithm, ClearKey, KeyLength};

use super::{Authentication, Data, Derivation, PinBlock, SingleDesPinBlock, Stated, made};
use crate::{Key, Refusal};

/// Key serial number of a terminal and of one of its transactions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SerialNumber {
    /// Of DES and triple-DES DUKPT: 10 bytes.
    Tdes(tdes::Ksn),
    /// Of AES DUKPT: 12 bytes.
    Aes(aes::Ksn),
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the terminal.
    Request,
    /// To the terminal.
    Response,
    /// Either, under one key. Triple DES takes that of requests.
    Both,
}

impl Key<Derivation> {
    /// Reads a key serial number as this key needs it: up to 20 digits for DES, 24 for AES.
    ///
    /// # Errors
    /// [`KsnFault::Digits`].
    pub fn serial_number(&self, text: &[u8]) -> Result<SerialNumber, KsnFault> {
        match self.algorithm() {
            Algorithm::Aes => aes::Ksn::from_hex(text).map(SerialNumber::Aes),
            Algorithm::Tdes | Algorithm::Hmac => tdes::Ksn::from_hex(text).map(SerialNumber::Tdes),
        }
    }

    /// Initial key of a terminal (IKEY, IPEK), with odd parity if it is a DES key. The counter does not matter.
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn initial_key(&self, serial: &SerialNumber) -> Result<Key<Stated>, Refusal> {
        made(match serial {
            SerialNumber::Tdes(ksn) => {
                tdes::initial_key(&self.clear, ksn).map(ClearKey::with_odd_parity)
            }
            SerialNumber::Aes(ksn) => aes::initial_key(&self.clear, ksn),
        })
    }

    /// Key for the PIN blocks of a transaction. AES: as long as this key (inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn pin_key(&self, serial: &SerialNumber) -> Result<Key<PinBlock>, Refusal> {
        made(self.working_key(serial, tdes::Usage::Pin, aes::Usage::Pin))
    }

    /// Key for the MACs of a transaction. AES: an AES key as long as this one (inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn mac_key(
        &self,
        serial: &SerialNumber,
        direction: Direction,
    ) -> Result<Key<Authentication>, Refusal> {
        let (tdes, aes) = match direction {
            Direction::Request => (tdes::Usage::MacRequest, aes::Usage::MacGeneration),
            Direction::Response => (tdes::Usage::MacResponse, aes::Usage::MacVerification),
            Direction::Both => (tdes::Usage::MacRequest, aes::Usage::MacBoth),
        };
        made(self.working_key(serial, tdes, aes))
    }

    /// Key for the data of a transaction. AES: as long as this key (inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn data_key(
        &self,
        serial: &SerialNumber,
        direction: Direction,
    ) -> Result<Key<Data>, Refusal> {
        let (tdes, aes) = match direction {
            Direction::Request => (tdes::Usage::DataRequest, aes::Usage::DataEncryption),
            Direction::Response => (tdes::Usage::DataResponse, aes::Usage::DataDecryption),
            Direction::Both => (tdes::Usage::DataRequest, aes::Usage::DataBoth),
        };
        made(self.working_key(serial, tdes, aes))
    }

    /// Key for the PIN blocks of a transaction by single-length DUKPT, as the older commands have it.
    ///
    /// # Errors
    /// 27 if this is not a double-length DES key.
    pub fn single_des_pin_key(
        &self,
        serial: &SerialNumber,
    ) -> Result<Key<SingleDesPinBlock>, Refusal> {
        let SerialNumber::Tdes(ksn) = serial else { return Err(Refusal::Length) };
        made(des::derive(&self.clear, ksn, des::Usage::Pin))
    }

    /// Key for the MACs of a transaction by single-length DUKPT (inferred).
    ///
    /// # Errors
    /// 27 if this is not a double-length DES key.
    pub fn single_des_mac_key(
        &self,
        serial: &SerialNumber,
    ) -> Result<Key<Authentication>, Refusal> {
        let SerialNumber::Tdes(ksn) = serial else { return Err(Refusal::Length) };
        made(des::derive(&self.clear, ksn, des::Usage::Mac))
    }

    fn working_key(
        &self,
        serial: &SerialNumber,
        tdes_usage: tdes::Usage,
        aes_usage: aes::Usage,
    ) -> Result<ClearKey, KeyLength> {
        match serial {
            SerialNumber::Tdes(ksn) => tdes::derive(&self.clear, ksn, tdes_usage),
            SerialNumber::Aes(ksn) => {
                let kind = match self.len() {
                    16 => aes::Kind::Aes128,
                    24 => aes::Kind::Aes192,
                    _ => aes::Kind::Aes256,
                };
                aes::derive(&self.clear, ksn, aes_usage, kind)
            }
        }
    }
}
