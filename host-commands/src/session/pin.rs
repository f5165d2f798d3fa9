//! PINs and decimalisation tables, as commands find them under the LMK and in PIN blocks.

use appliance::{DecimalisationTables, PinEncryptionAlgorithm};
use crypto::pin::verification::DecimalisationTable;
use crypto::pin::{Account, Pin, PinFault};
use vault::lmk::{PinAlgorithm, PinForm};
use vault::{
    Key, LmkKind, Use,
    role::ZpkOrBdk,
    usage::{Derivation, Fault, PinBlock},
};
use wire::{Coded, ErrorCode};

use crate::{
    Session,
    error::{
        ACCOUNT, DECIMALISATION, DESTINATION_PARITY, EXCLUDED_PIN, FORMAT_DISABLED, PIN_BLOCK,
        PIN_BLOCK_FORMAT, PIN_LENGTH, PIN_LENGTH_MISMATCH, PIN_TAG, refused,
    },
    fields::{
        self, BdkFlag, CipherBlock, Decimal, ExcludedPins, KeyField, KeyTypeCode, Ksn, PinFormat,
        PinTranslation, PinUnderLmk, TranslatedPin,
    },
};

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
        let lmk = self.lmk()?;
        if pin.is_tagged() != (lmk.kind() == LmkKind::AesKeyBlock) {
            return Err(PIN_TAG.0);
        }
        let account = account.rightmost_twelve();
        lmk.open_pin(pin.0, &account, self.pin_form()).map_err(|fault| ErrorCode(fault.code()))
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

    /// Refuses a PIN that nobody may choose: one of the global table, where the setting says so, or
    /// one that the message excludes.
    ///
    /// # Errors
    /// 86; 81 where the message excludes PINs of another length (inferred).
    pub fn refuse_excluded(
        &self,
        pin: &Pin,
        excluded: Option<ExcludedPins<'_>>,
    ) -> Result<(), ErrorCode> {
        let settings = self.settings();
        let is_pin = |other: &[u8]| crypto::equal(pin.digits(), other);
        if let Some(local) = excluded {
            if local.length != pin.len() {
                return Err(PIN_LENGTH_MISMATCH.0);
            }
            if local.iter().any(is_pin) {
                return Err(EXCLUDED_PIN.0);
            }
        }
        let global = &settings.excluded_pins;
        if settings.weak_pin_checking && global.iter().any(|other| is_pin(other.as_bytes())) {
            return Err(EXCLUDED_PIN.0);
        }
        Ok(())
    }

    /// Whether PIN block formats are switched on.
    ///
    /// # Errors
    /// 69.
    pub fn enabled(&self, formats: &[PinFormat]) -> Result<(), ErrorCode> {
        let enabled = &self.settings().pin_block_formats;
        let is_enabled = |format: &PinFormat| {
            enabled.iter().any(|enabled| enabled.as_bytes() == format.code().as_bytes())
        };
        if formats.iter().all(is_enabled) { Ok(()) } else { Err(FORMAT_DISABLED.0) }
    }

    /// Opens a PIN block that a terminal or another zone sent.
    ///
    /// # Errors
    /// 20, 22, 24; 69 and 23 where the format is switched off or does not go with the key.
    pub fn open_block(
        &self,
        key: &Key<PinBlock>,
        block: &[u8],
        format: PinFormat,
        account: &Account<'_>,
    ) -> Result<Pin, ErrorCode> {
        self.enabled(&[format])?;
        key.open_pin_block(block, format.format(), account).map_err(pin_fault)
    }

    /// Seals a PIN into a block for another zone.
    ///
    /// # Errors
    /// 22, 24; 69 and 23 where the format is switched off or does not go with the key.
    pub fn seal_block(
        &self,
        key: &Key<PinBlock>,
        pin: &Pin,
        format: PinFormat,
        account: &Account<'_>,
    ) -> Result<CipherBlock, ErrorCode> {
        self.enabled(&[format])?;
        let mut block = [0; 16];
        let length = key
            .seal_pin_block(pin, format.format(), account, &mut self.random(), &mut block)
            .map_err(pin_fault)?;
        Ok(CipherBlock::new(&block[..length]))
    }

    /// Moves a PIN from one block into another.
    ///
    /// # Errors
    /// 20, 22, 23, 24, 69; 15 for a second account number where the settings do not allow it.
    pub fn translate(
        &self,
        [from, to]: [&Key<PinBlock>; 2],
        pin: &PinTranslation<'_>,
    ) -> Result<TranslatedPin, ErrorCode> {
        if pin.destination_account.is_some() && !self.settings().tokens_in_pin_translation {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let account = pin.account.number()?;
        let other = pin.destination_account.map_or(Ok(account), |other| other.number())?;
        let (source, format) = (pin.source_format, pin.destination_format);
        self.enabled(&[source, format])?;
        self.allowed(source, format)?;
        let pin = self.open_block(from, pin.block.bytes(), source, &account)?;
        let block = self.seal_block(to, &pin, format, &other)?;
        Ok(TranslatedPin { length: Decimal(pin.len() as u64), block, format })
    }

    /// Whether a PIN may move between these formats.
    ///
    /// Format 34 is for scripts: it is no source, and a destination only where a setting says so.
    /// Where the settings restrict PIN block usage, format 05 may only become one that binds the
    /// account, or itself, and the formats 02, 03 and 04 may only be left (inferred).
    ///
    /// # Errors
    /// 23.
    fn allowed(&self, source: PinFormat, destination: PinFormat) -> Result<(), ErrorCode> {
        use PinFormat::{Iso0, Iso1, Iso2, Iso3, Iso4};
        let settings = self.settings();
        let binds = matches!(destination, Iso0 | Iso3 | Iso4);
        let restricted = settings.restrict_pin_block_usage && !binds && source != destination;
        let refused = source == Iso2
            || (destination == Iso2 && !settings.pin_block_format_34_output)
            || restricted
            || (settings.restrict_pin_block_usage && destination == Iso1 && source != Iso1);
        if refused { Err(PIN_BLOCK_FORMAT.0) } else { Ok(()) }
    }

    /// Opens the key that a PIN block is sealed under: a ZPK, or that of a transaction of a BDK.
    ///
    /// # Errors
    /// 11 for bad parity; 15 for a key serial number that is none; those of keys.
    pub fn open_destination<const E: u8>(
        &self,
        flag: Option<BdkFlag>,
        key: KeyField<'_, ZpkOrBdk, E>,
        ksn: Option<Ksn<'_>>,
    ) -> Result<Key<PinBlock>, ErrorCode> {
        let failed = |refusal| refused(refusal, DESTINATION_PARITY.0);
        let Some(ksn) = ksn else {
            let key = self.open_as(key, KeyTypeCode(*b"001"), Use::Encrypt)?;
            return key.narrow().map_err(failed);
        };
        let key_type = flag.map_or(KeyTypeCode::IN_KEY_BLOCK, BdkFlag::key_type);
        let key = self.open_as(key, key_type, Use::Derive)?;
        transaction_key(&key.narrow().map_err(failed)?, ksn).map_err(|fault| match fault {
            Some(refusal) => failed(refusal),
            None => ErrorCode::INVALID_INPUT,
        })
    }

    /// How PINs stand under an LMK that is not AES.
    pub(super) fn pin_form(&self) -> PinForm {
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

/// The PIN key of a transaction; no refusal where the key serial number is none.
pub(crate) fn transaction_key(
    bdk: &Key<Derivation>,
    ksn: Ksn<'_>,
) -> Result<Key<PinBlock>, Option<vault::Refusal>> {
    let serial = bdk.serial_number(ksn.number.0).map_err(|_| None)?;
    bdk.pin_key(&serial).map_err(Some)
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

/// The error code of a PVK that cannot do its work; bad parity was told before.
pub(crate) fn key_fault(refusal: vault::Refusal) -> ErrorCode {
    refused(refusal, DESTINATION_PARITY.0)
}

/// The error code of a PIN verification value that cannot be made.
pub(crate) fn pvk_fault(fault: Fault<PinFault>) -> ErrorCode {
    match fault {
        Fault::Key(refusal) => key_fault(refusal),
        Fault::Input(fault) => pin_fault(fault),
    }
}
