//! Keys, PINs and decimalisation tables on their way from an old LMK to a new one.

use appliance::Migration;
use crypto::pin::Account;
use vault::{
    Expected, Key, KeySize, KeyType, LmkKind, Protection, Role, Token, Use,
    key_block::{Header, KeyBlock},
    lmk::PinForm,
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{
        DECIMALISATION, KEY_CHANGE_STORAGE, KEY_SCHEME, KEY_TYPE_CODE, KEY_USAGE, LMK_SCHEMES,
        MIGRATION, PIN_TAG, STRONGER_LMK, refused, refused_outright,
    },
    fields::{
        DecimalisationTable, ForeignHeader, KeyField, OldPinUnderLmk, PinUnderLmk, Scheme,
        SchemeOptions,
    },
};

/// How a key is to stand under the new LMK.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'r> {
    /// Its type, for a key that is in no key block.
    pub key_type: Option<&'static KeyType>,
    /// Its scheme; `0` is the one that it has, or `S` under a key-block LMK.
    pub scheme: Scheme,
    /// Attributes of the key block around a key that was in none.
    pub header: Option<ForeignHeader<'r>>,
}

impl<'a> Session<'a> {
    /// The old and the new LMK of the message: one is in use, the other in key change storage.
    ///
    /// # Errors
    /// 33 while key change storage is empty; 44 from a key-block LMK to a variant LMK, and 48 from an
    /// AES LMK to a triple-DES LMK (both inferred).
    pub fn migration(&self) -> Result<Migration<'a>, ErrorCode> {
        use LmkKind::{AesKeyBlock, KeyBlock, Variant};
        self.lmk()?;
        let migration = self.state.lmks.migration(self.lmk_id()).ok_or(KEY_CHANGE_STORAGE.0)?;
        match (migration.old.kind(), migration.new.kind()) {
            (KeyBlock | AesKeyBlock, Variant) => Err(MIGRATION.0),
            (AesKeyBlock, KeyBlock) => Err(STRONGER_LMK.0),
            _ => Ok(migration),
        }
    }

    /// Moves a key from under the old LMK to the new one: the key, and its token.
    ///
    /// A key that was in a key block keeps its attributes and the optional blocks that are still true.
    ///
    /// # Errors
    /// Those of [`Session::migration`] and of the key; A6 for a usage that the key type does not stand for; 26 for a scheme of the other kind of LMK; 15 where
    /// the attributes of a key block are missing, or are said of a key that gets none.
    pub fn migrate<R: Role, const E: u8>(
        &self,
        key: KeyField<'a, R, E>,
        expected: &Expected<'_>,
        arrival: &Arrival<'a>,
    ) -> Result<(Key<R::Usage>, &'a [u8]), ErrorCode> {
        let Migration { old, new } = self.migration()?;
        let opened: Key<R::Usage> = old
            .open(self.lmk_id(), key.token, expected)
            .map_err(|refusal| refused(refusal, ErrorCode::new(E)))?;
        let protection = if new.kind() == LmkKind::Variant {
            arrival.in_parts(key.token)?
        } else {
            self.in_key_block(key.token, opened.header(), opened.size(), arrival)?
        };
        let token = self.seal_under(new, &opened, &protection)?;
        Ok((opened, token))
    }

    /// How a key stands under a key-block LMK; `header` is what its key block said, if it was in one.
    fn in_key_block(
        &self,
        key: Token<'_>,
        header: Option<&Header>,
        size: KeySize,
        arrival: &Arrival<'a>,
    ) -> Result<Protection<'a>, ErrorCode> {
        if !matches!(arrival.scheme, Scheme::None | Scheme::KeyBlock) {
            return Err(KEY_SCHEME.0);
        }
        if let (Some(header), Some(_)) = (header, key.block()) {
            return Ok(Protection::KeyBlock { header: *header, optional: self.kept_blocks(key)? });
        }
        let said = arrival.header.ok_or(ErrorCode::INVALID_INPUT)?;
        let header = said.header(size)?;
        let known = arrival.key_type.map_or(&[][..], |key_type| key_type.usages);
        if !known.is_empty() && !known.contains(&header.usage) {
            return Err(KEY_USAGE.0);
        }
        Ok(Protection::KeyBlock { header, optional: said.blocks.supplied(8, |_| true)? })
    }

    /// Optional blocks of a key block that are still true under another LMK.
    pub(crate) fn kept_blocks(&self, key: Token<'_>) -> Result<&'a [u8], ErrorCode> {
        let block = KeyBlock::parse(key.block().ok_or(LMK_SCHEMES.0)?).map_err(refused_outright)?;
        self.rewrapped(block.optional, b"")
    }

    /// Moves a key of the type that its role has, as the older commands do.
    ///
    /// # Errors
    /// Those of [`Session::migrate`]; 44 from a variant LMK to a key-block LMK, for these commands say
    /// nothing of the key block (inferred).
    pub fn migrate_in_role<R: Role, const E: u8>(
        &self,
        key: KeyField<'a, R, E>,
        options: Option<SchemeOptions>,
    ) -> Result<KeyField<'a, R, E>, ErrorCode> {
        let Migration { old, new } = self.migration()?;
        if old.kind() == LmkKind::Variant && new.kind() != LmkKind::Variant {
            return Err(MIGRATION.0);
        }
        let expected = Expected::of::<R>(self.key_types(), Use::Any, self.policy());
        let scheme = options.map_or(Scheme::None, |options| options.lmk);
        let arrival = Arrival { key_type: expected.key_type, scheme, header: None };
        self.migrate(key, &expected, &arrival).map(|(_, token)| token.into())
    }

    /// Moves a PIN of an account, which may get another length.
    ///
    /// # Errors
    /// Those of [`Session::migration`]; 14; 46 where the tag is not that of the old LMK; 24 where the PIN is
    /// longer than the setting allows now (inferred).
    pub fn migrate_pin(
        &self,
        pin: OldPinUnderLmk<'_>,
        account: &Account<'_>,
    ) -> Result<PinUnderLmk<'a>, ErrorCode> {
        let Migration { old, new } = self.migration()?;
        if pin.is_tagged() != (old.kind() == LmkKind::AesKeyBlock) {
            return Err(PIN_TAG.0);
        }
        let account = account.rightmost_twelve();
        let form = self.pin_form();
        let pin = old
            .open_pin(pin.0, &account, PinForm { length: pin.0.len(), ..form })
            .map_err(|fault| ErrorCode(fault.code()))?;
        let sealed = new.seal_pin(&pin, &account, form);
        let sealed = sealed.map_err(|fault| ErrorCode(fault.code()))?;
        self.scratch().copy(sealed.as_bytes()).map(PinUnderLmk)
    }

    /// Moves a decimalisation table.
    ///
    /// # Errors
    /// Those of [`Session::migration`]; 25 where it is no table, or not diverse enough and the setting asks
    /// for that; 15 where it is malformed.
    pub fn migrate_table(
        &self,
        field: DecimalisationTable<'_>,
    ) -> Result<DecimalisationTable<'a>, ErrorCode> {
        let Migration { old, new } = self.migration()?;
        let table = old.open_decimalisation_table(field.table);
        let table = table.map_err(|fault| ErrorCode(fault.code()))?;
        if self.settings().decimalisation_table_checks && !table.is_diverse() {
            return Err(DECIMALISATION.0);
        }
        let sealed = new.seal_decimalisation_table(&table);
        self.scratch().copy(sealed.as_bytes()).map(DecimalisationTable::from)
    }
}

impl Arrival<'_> {
    /// How a key stands under a variant LMK.
    fn in_parts(&self, key: Token<'_>) -> Result<Protection<'static>, ErrorCode> {
        if self.header.is_some() {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let scheme = match self.scheme {
            Scheme::None => key.scheme().map_err(refused_outright)?,
            scheme => scheme.of_parts().ok_or(KEY_SCHEME.0)?,
        };
        let key_type = self.key_type.ok_or(KEY_TYPE_CODE.0)?;
        Ok(Protection::Variant { key_type, scheme })
    }
}
