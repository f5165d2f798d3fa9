//! PIN blocks: into them, out of them, and from one into another.

use crypto::pin::{Account, Format, Pin, PinFault};
use vault::{
    Key, Use,
    role::ZpkOrBdk,
    usage::{PinBlock, SingleDesPinBlock},
};
use wire::{Coded as _, ErrorCode};

use super::{Transaction, pin_fault};
use crate::{
    Session,
    error::{FORMAT_DISABLED, PIN_BLOCK_FORMAT, refused},
    fields::{
        BdkFlag, CipherBlock, Decimal, FormattedBlock, KeyField, KeyTypeCode, Ksn, PinFormat,
        Translated, Translation,
    },
};

/// A key that PIN blocks come under.
pub(crate) trait PinKey {
    /// The PIN in a block.
    fn open(&self, block: &[u8], format: Format, account: &Account<'_>) -> Result<Pin, PinFault>;
}

impl PinKey for Key<PinBlock> {
    fn open(&self, block: &[u8], format: Format, account: &Account<'_>) -> Result<Pin, PinFault> {
        self.open_pin_block(block, format, account)
    }
}

impl PinKey for Key<SingleDesPinBlock> {
    fn open(&self, block: &[u8], format: Format, account: &Account<'_>) -> Result<Pin, PinFault> {
        self.open_pin_block(block, format, account)
    }
}

/// Where a PIN comes from that goes into a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// A block of this format.
    Block(PinFormat),
    /// The LMK, under which a PIN is bound to its account.
    Lmk,
}

impl Session<'_> {
    /// Whether PIN block formats are switched on.
    ///
    /// # Errors
    /// 69.
    pub(crate) fn enabled(&self, formats: &[PinFormat]) -> Result<(), ErrorCode> {
        let enabled = &self.settings().pin_block_formats;
        let is_enabled = |format: &PinFormat| {
            enabled.iter().any(|enabled| enabled.as_bytes() == format.code().as_bytes())
        };
        if formats.iter().all(is_enabled) { Ok(()) } else { Err(FORMAT_DISABLED.0) }
    }

    /// Opens a PIN block that a terminal or another zone sent.
    ///
    /// # Errors
    /// 20, 22, 24; 69 and 23 where the format is switched off, is for scripts or does not go with the key.
    pub(crate) fn open_pin_block(
        &self,
        key: &impl PinKey,
        pin: &FormattedBlock,
        account: &Account<'_>,
    ) -> Result<Pin, ErrorCode> {
        self.open_block(key, pin.block.bytes(), pin.format, account)
    }

    /// As [`Session::open_pin_block`], of its parts.
    pub(crate) fn open_block(
        &self,
        key: &impl PinKey,
        block: &[u8],
        format: PinFormat,
        account: &Account<'_>,
    ) -> Result<Pin, ErrorCode> {
        self.enabled(&[format])?;
        if format.is_for_scripts() {
            return Err(PIN_BLOCK_FORMAT.0);
        }
        key.open(block, format.format(), account).map_err(|fault| {
            if fault == PinFault::Block {
                self.note_attack();
            }
            pin_fault(fault)
        })
    }

    /// Seals a PIN into a block for another zone.
    ///
    /// # Errors
    /// 22, 24; 69 and 23 where the format is switched off, or the PIN may not leave in it, or it does
    /// not go with the key.
    pub(crate) fn seal_block(
        &self,
        key: &Key<PinBlock>,
        pin: &Pin,
        format: PinFormat,
        account: &Account<'_>,
        origin: Origin,
    ) -> Result<CipherBlock, ErrorCode> {
        self.may_leave(origin, format)?;
        let mut block = [0; 16];
        let length = key
            .seal_pin_block(pin, format.format(), account, &mut self.random(), &mut block)
            .map_err(pin_fault)?;
        Ok(CipherBlock::new(&block[..length]))
    }

    /// Moves a PIN from one block into another.
    ///
    /// # Errors
    /// 15 for a second account number that the settings do not allow; 20, 22, 23, 24, 69.
    pub(crate) fn translate(
        &self,
        from: &impl PinKey,
        to: &Key<PinBlock>,
        block: &[u8],
        translation: &Translation<'_>,
    ) -> Result<Translated, ErrorCode> {
        let Translation { source_format, destination_format, account, destination_account } =
            *translation;
        if destination_account.is_some() && !self.settings().tokens_in_pin_translation {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let (from_account, origin) = (account.number()?, Origin::Block(source_format));
        let to_account = destination_account.map_or(Ok(from_account), |other| other.number())?;
        self.may_leave(origin, destination_format)?;
        let pin = self.open_block(from, block, source_format, &from_account)?;
        let block = self.seal_block(to, &pin, destination_format, &to_account, origin)?;
        Ok(Translated { length: Decimal(pin.len() as u64), block, format: destination_format })
    }

    /// Whether a PIN may leave in a block of this format.
    ///
    /// Of the formats for scripts, a setting lets 34 leave. Where the settings restrict PIN block usage
    /// (the table is inferred; it follows ISO 9564-1):
    ///
    /// | from | to 01 47 48 | to 05 | to 02 03 04 | to 34 |
    /// | --- | --- | --- | --- | --- |
    /// | 01 47 48, LMK | yes | no | no | no |
    /// | 05 | yes | yes | no | no |
    /// | 02 03 04 | yes | no | only to itself | no |
    ///
    /// # Errors
    /// 69 where the format is switched off; 23.
    fn may_leave(&self, origin: Origin, destination: PinFormat) -> Result<(), ErrorCode> {
        self.enabled(&[destination])?;
        let settings = self.settings();
        let leaves = if destination.is_for_scripts() {
            destination == PinFormat::Iso2
                && settings.pin_block_format_34_output
                && !settings.restrict_pin_block_usage
        } else {
            !settings.restrict_pin_block_usage
                || destination.binds_by_iso()
                || origin == Origin::Block(destination)
        };
        if leaves { Ok(()) } else { Err(PIN_BLOCK_FORMAT.0) }
    }

    /// Opens the key that a PIN block is to be sealed under: a ZPK, or that of a transaction.
    ///
    /// # Errors
    /// 11 for bad parity; 15 for a key serial number that is none; those of keys.
    pub(crate) fn open_destination<const E: u8>(
        &self,
        flag: Option<BdkFlag>,
        key: KeyField<'_, ZpkOrBdk, E>,
        ksn: Option<Ksn<'_>>,
        format: PinFormat,
    ) -> Result<Key<PinBlock>, ErrorCode> {
        let failed = |refusal| refused(refusal, ErrorCode::new(E));
        let Some(ksn) = ksn else {
            let key = self.open_as(key, KeyTypeCode(*b"001"), Use::Encrypt)?;
            return key.narrow().map_err(failed);
        };
        let key_type = flag.map_or(KeyTypeCode::IN_KEY_BLOCK, BdkFlag::key_type);
        let bdk = self.open_as(key, key_type, Use::Derive)?.narrow().map_err(failed)?;
        Transaction::new(bdk, ksn)?.pin_key(format)
    }
}
