//! Making and verifying MACs.

use crypto::mac::Padding;
use vault::{
    Key, Role, Use,
    usage::{Authentication, MacAlgorithm, MacFault},
};
use wire::ErrorCode;

use crate::{
    Session,
    error::{ALGORITHM, KEY_USAGE, VERIFICATION_FAILED, refused_outright},
    fields::{self, CipherBlock, Hex, KeyField, KeyTypeCode, MacKeyType, MacPadding, Place},
};

/// A MAC key, open, and how MACs are made with it.
pub(crate) struct Authenticator {
    pub(crate) key: Key<Authentication>,
    pub(crate) algorithm: MacAlgorithm,
    pub(crate) padding: Padding,
    pub(crate) codes: MacCodes,
}

/// Error codes of MACs that cannot be made.
#[derive(Clone, Copy)]
pub(crate) struct MacCodes {
    /// Message that is no whole number of blocks where it has to be.
    pub(crate) length: ErrorCode,
    /// Algorithm that the key cannot do.
    pub(crate) algorithm: ErrorCode,
}

impl MacCodes {
    /// Where the command has none of its own.
    pub(crate) const PLAIN: Self = Self { length: ErrorCode::DATA_LENGTH, algorithm: ALGORITHM.0 };
}

/// What a message says about a MAC; bad parity of its key gives error `E`.
#[derive(Clone, Copy)]
pub(crate) struct MacSide<'a, const E: u8> {
    pub(crate) algorithm: fields::MacAlgorithm,
    pub(crate) padding: MacPadding,
    pub(crate) key_type: MacKeyType,
    pub(crate) key: KeyField<'a, vault::role::MacKey, E>,
}

impl<const E: u8> MacSide<'_, E> {
    /// Opens the key. Padding that begins with the length of the message needs it whole: else error 09 (inferred).
    pub(crate) fn open(
        &self,
        session: &Session<'_>,
        place: Place,
        purpose: Use,
        algorithm_code: ErrorCode,
    ) -> Result<Authenticator, ErrorCode> {
        let padding = match self.padding {
            MacPadding::None => Padding::None,
            MacPadding::Zeros => Padding::Zeros,
            MacPadding::OneBit => Padding::Marked,
            MacPadding::Length if place != Place::Only => return Err(ErrorCode::new(9)),
            MacPadding::Length => Padding::Length,
        };
        let algorithm = match self.algorithm {
            fields::MacAlgorithm::Iso1 | fields::MacAlgorithm::CbcMac => {
                MacAlgorithm::Iso9797Algorithm1
            }
            fields::MacAlgorithm::Iso3 => MacAlgorithm::Iso9797Algorithm3,
            fields::MacAlgorithm::Cmac => MacAlgorithm::Cmac,
        };
        let key = session.open_as(self.key, self.key_type.code(), purpose)?;
        let codes = MacCodes { length: ErrorCode::new(6), algorithm: algorithm_code };
        Ok(Authenticator { key, algorithm, padding, codes })
    }
}

impl Session<'_> {
    /// Opens a TAK or ZAK whose length tells the algorithm: ANSI X9.9 for single length, else X9.19.
    pub(crate) fn open_mac_key<R: Role<Usage = Authentication>, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        purpose: Use,
    ) -> Result<Authenticator, ErrorCode> {
        self.open(key, purpose).map(Authenticator::ansi)
    }

    /// The same, of a type that another field states.
    pub(crate) fn open_mac_key_as<R: Role<Usage = Authentication>, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        key_type: KeyTypeCode,
        purpose: Use,
    ) -> Result<Authenticator, ErrorCode> {
        self.open_as(key, key_type, purpose).map(Authenticator::ansi)
    }

    /// Opens a chaining value that the host carried under the LMK.
    pub(crate) fn open_chaining_value(
        &self,
        value: Option<Hex<8>>,
    ) -> Result<Option<CipherBlock>, ErrorCode> {
        let Some(value) = value else { return Ok(None) };
        let opened = self.lmk()?.open_chaining_value(value.0).map_err(refused_outright)?;
        Ok(Some(CipherBlock::new(&opened)))
    }

    /// Seals a chaining value under the LMK for the host to carry.
    pub(crate) fn seal_chaining_value(&self, value: &CipherBlock) -> Result<Hex<8>, ErrorCode> {
        self.lmk()?.seal_chaining_value(value.start().0).map(Hex).map_err(refused_outright)
    }
}

impl Authenticator {
    fn ansi(key: Key<Authentication>) -> Self {
        let algorithm = key.ansi_algorithm();
        Self::older(key, algorithm)
    }

    /// As the older commands make MACs: zeros fill the last block.
    pub(crate) const fn older(key: Key<Authentication>, algorithm: MacAlgorithm) -> Self {
        Self { key, algorithm, padding: Padding::Zeros, codes: MacCodes::PLAIN }
    }

    /// What a block of a message leaves: the MAC in full length after the only or last one, else the chaining value.
    pub(crate) fn block(
        &self,
        place: Place,
        chain: Option<&CipherBlock>,
        message: &[u8],
    ) -> Result<CipherBlock, ErrorCode> {
        if place.finishes() { self.mac(chain, message) } else { self.chain(chain, message) }
    }

    /// Twelve decimal digits of the MAC over a whole message.
    pub(crate) fn decimal_mac(&self, message: &[u8]) -> Result<[u8; 12], ErrorCode> {
        self.key.decimal_mac(self.algorithm, message).map_err(|fault| self.code(fault))
    }

    /// The MAC over the only or last block of a message, in full length.
    pub(crate) fn mac(
        &self,
        chain: Option<&CipherBlock>,
        message: &[u8],
    ) -> Result<CipherBlock, ErrorCode> {
        let chain = chain.map(CipherBlock::bytes);
        let mac = self.key.mac(self.algorithm, self.padding, chain, message);
        let mac = mac.map_err(|fault| self.code(fault))?;
        Ok(CipherBlock::new(&mac[..self.key.mac_length()]))
    }

    /// The first half of the MAC of DES over a whole message.
    pub(crate) fn short_mac(&self, message: &[u8]) -> Result<Hex<4>, ErrorCode> {
        self.mac(None, message).map(|mac| mac.start())
    }

    /// Verifies a MAC, or the beginning of one, over the only or last block of a message: else error 01.
    pub(crate) fn verify(
        &self,
        chain: Option<&CipherBlock>,
        message: &[u8],
        mac: &[u8],
    ) -> Result<(), ErrorCode> {
        let chain = chain.map(CipherBlock::bytes);
        let right = self.key.verify_mac(self.algorithm, self.padding, chain, message, mac);
        if right.map_err(|fault| self.code(fault))? { Ok(()) } else { Err(VERIFICATION_FAILED.0) }
    }

    /// The chaining value that the next block needs.
    pub(crate) fn chain(
        &self,
        chain: Option<&CipherBlock>,
        message: &[u8],
    ) -> Result<CipherBlock, ErrorCode> {
        let chain = chain.map(CipherBlock::bytes);
        let value = self.key.chaining_value(self.algorithm, chain, message);
        let value = value.map_err(|fault| self.code(fault))?;
        Ok(CipherBlock::new(&value[..self.key.mac_length()]))
    }

    /// The code of a MAC that cannot be made.
    pub(crate) fn code(&self, fault: MacFault) -> ErrorCode {
        match fault {
            MacFault::Blocks => self.codes.length,
            MacFault::Algorithm => self.codes.algorithm,
            MacFault::Usage => KEY_USAGE.0,
        }
    }
}
