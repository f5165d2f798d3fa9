//! PINs and decimalisation tables, as commands find them under the LMK.

mod blocks;
mod diebold;
mod policy;
mod transaction;
mod verification;

use appliance::{DecimalisationTables, PinEncryptionAlgorithm};
use crypto::pin::verification::DecimalisationTable;
use crypto::pin::{Account, Pin, PinFault};
use vault::LmkKind;
use vault::lmk::{PinAlgorithm, PinForm};
use wire::ErrorCode;

use crate::{
    Session,
    error::{ACCOUNT, DECIMALISATION, PIN_BLOCK, PIN_BLOCK_FORMAT, PIN_LENGTH, PIN_TAG},
    fields::{self, PinUnderLmk},
};

pub(crate) use blocks::Origin;
pub(crate) use diebold::algorithm as diebold_algorithm;
pub(crate) use transaction::Transaction;
pub(crate) use verification::{PvvMethod, concealed, right};

impl<'a> Session<'a> {
    /// Seals a PIN under the LMK, for an account. Whatever the form of the account number, its
    /// rightmost twelve digits without the check digit count (inferred for whole numbers).
    ///
    /// # Errors
    /// 24.
    pub fn seal_pin(&self, pin: &Pin, account: &Account<'_>) -> Result<PinUnderLmk<'a>, ErrorCode> {
        let account = account.rightmost_twelve();
        let sealed = self.lmk()?.seal_pin(pin, &account, self.pin_form());
        let sealed = sealed.map_err(|fault| ErrorCode(fault.code()))?;
        self.scratch().copy(sealed.as_bytes()).map(PinUnderLmk)
    }

    /// Opens a PIN under the LMK, of an account; see [`Session::seal_pin`].
    ///
    /// # Errors
    /// 14; 46 where the tag is not that of the LMK; 15.
    pub fn open_pin(&self, pin: PinUnderLmk<'_>, account: &Account<'_>) -> Result<Pin, ErrorCode> {
        self.open_pin_as(pin, account, self.pin_form())
    }

    /// Opens a PIN under the LMK that stands there in another form than the settings say.
    ///
    /// # Errors
    /// As [`Session::open_pin`].
    pub(crate) fn open_pin_as(
        &self,
        pin: PinUnderLmk<'_>,
        account: &Account<'_>,
        form: PinForm,
    ) -> Result<Pin, ErrorCode> {
        let lmk = self.lmk()?;
        if pin.is_tagged() != (lmk.kind() == LmkKind::AesKeyBlock) {
            return Err(PIN_TAG.0);
        }
        let account = account.rightmost_twelve();
        lmk.open_pin(pin.0, &account, form).map_err(|fault| ErrorCode(fault.code()))
    }

    /// Opens a decimalisation table: plain or encrypted by the setting.
    ///
    /// # Errors
    /// 25 where it is no table, or not diverse enough and the setting asks for that; 15 where it is
    /// malformed.
    pub fn decimalisation_table(
        &self,
        field: fields::DecimalisationTable<'_>,
    ) -> Result<DecimalisationTable, ErrorCode> {
        let settings = self.settings();
        let table = match settings.decimalisation_tables {
            DecimalisationTables::Plain => {
                DecimalisationTable::parse(field.table).map_err(|_| DECIMALISATION.0)?
            }
            DecimalisationTables::Encrypted => self
                .lmk()?
                .open_decimalisation_table(field.table)
                .map_err(|fault| ErrorCode(fault.code()))?,
        };
        if settings.decimalisation_table_checks && !table.is_diverse() {
            return Err(DECIMALISATION.0);
        }
        Ok(table)
    }

    /// How PINs stand under an LMK that is not AES.
    pub(crate) fn pin_form(&self) -> PinForm {
        let settings = self.settings();
        PinForm {
            algorithm: match settings.pin_encryption_algorithm {
                PinEncryptionAlgorithm::A => PinAlgorithm::A,
                PinEncryptionAlgorithm::B => PinAlgorithm::B,
            },
            length: settings.lmk_pin_length(),
        }
    }
}

/// The error code that answers a PIN or PIN block that was refused.
pub(crate) fn pin_fault(fault: PinFault) -> ErrorCode {
    match fault {
        PinFault::Block => PIN_BLOCK.0,
        PinFault::Length => PIN_LENGTH.0,
        PinFault::Account => ACCOUNT.0,
        PinFault::Format => PIN_BLOCK_FORMAT.0,
    }
}
