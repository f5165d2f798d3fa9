//! Scripts to cards.

use crypto::{
    emv::{Derivation, Encipherment},
    pin::{Account, Block, Pin, encode},
};
use vault::{
    Key, Use,
    usage::{self, Mode, PinBlock},
};
use wire::ErrorCode;

use super::{Session, emv::emv_fault, pin::pin_fault};
use crate::{
    error::PIN_BLOCK_FORMAT,
    fields::{Counted, Insert, PinChange, PinFormat, Protected, Raw, ScriptTransport},
};

/// Key of a session of a card.
type SessionKey = Key<usage::Session>;

/// Data that only the card is to read.
pub(crate) struct Confidential<'s> {
    /// Block of the card, to which Visa binds new PINs.
    pub(crate) card: Derivation,
    /// Key for the data.
    pub(crate) key: SessionKey,
    /// How the scheme enciphers them.
    pub(crate) encipherment: Encipherment,
    /// As they came, and where they go.
    pub(crate) insert: Insert<'s>,
    /// Transport key, if they came under one.
    pub(crate) transport: Option<ScriptTransport<'s>>,
    /// The new PIN, if they are one.
    pub(crate) change: Option<PinChange<'s>>,
}

impl<'a> Session<'a> {
    /// Protects a script: enciphers what is confidential in it, and makes the MAC over all.
    ///
    /// # Errors
    /// Those of data and PINs; 06 where the data go behind the end of the message.
    pub(crate) fn protect(
        &self,
        integrity: &SessionKey,
        message: &[u8],
        confidential: Option<&Confidential<'_>>,
    ) -> Result<Protected<'a>, ErrorCode> {
        let Some(part) = confidential else {
            return Ok(Protected {
                mac: Raw(self.script_mac(integrity, message, None)?),
                data: None,
            });
        };
        let data = match (part.transport, &part.change) {
            (Some(transport), _) => self.script_data(part, transport)?,
            (None, Some(change)) => self.script_pin(part, change)?,
            (None, None) => return Err(ErrorCode::INVALID_INPUT),
        };
        let mac = Raw(self.script_mac(integrity, message, Some((&part.insert, data)))?);
        Ok(Protected { mac, data: Some(Counted(data)) })
    }

    /// Enciphers data that came under a transport key.
    ///
    /// # Errors
    /// 80 where these are no whole blocks; those of keys.
    fn script_data(
        &self,
        part: &Confidential<'_>,
        transport: ScriptTransport<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        let (encipherment, Counted(data)) = (part.encipherment, part.insert.data);
        let transport = self.open(transport, Use::Decrypt)?;
        if data.is_empty() {
            return Err(ErrorCode::DATA_LENGTH);
        }
        let clear = self.scratch().take(data.len())?;
        clear.copy_from_slice(data);
        transport.decrypt(Mode::Ecb, &mut [], clear).map_err(|_| ErrorCode::DATA_LENGTH)?;
        let out = self.scratch().take(encipherment.enciphered_length(clear.len()))?;
        let enciphered = part.key.encipher_command_data(clear, encipherment, out);
        clear.fill(0);
        enciphered.map_err(emv_fault)?;
        Ok(out)
    }

    /// Enciphers a new PIN.
    ///
    /// # Errors
    /// 80 where the PIN block is not as long as its key needs; 23 for a format that is not for scripts; those
    /// of PIN blocks and keys.
    fn script_pin(
        &self,
        part: &Confidential<'_>,
        change: &PinChange<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        let (encipherment, Counted(data)) = (part.encipherment, part.insert.data);
        let PinChange { flag, destination_format: format, .. } = *change;
        self.enabled(&[format])?;
        if !format.is_for_scripts() {
            return Err(PIN_BLOCK_FORMAT.0);
        }
        let pin_key = self.open_as(change.key, flag.key_type(self.key_types()), Use::Decrypt)?;
        if data.len() != pin_key.pin_block_length() {
            return Err(ErrorCode::DATA_LENGTH);
        }
        let account = change.account.account()?;
        let new = self.open_block(&pin_key, data, change.source_format, &account)?;
        let block = self.script_block(&new, change, &pin_key, &account, part.card)?;
        let out = self.scratch().take(encipherment.enciphered_length(8))?;
        part.key.encipher_pin_block(&block, encipherment, out).map_err(emv_fault)?;
        Ok(out)
    }

    fn script_block(
        &self,
        new: &Pin,
        change: &PinChange<'_>,
        pin_key: &Key<PinBlock>,
        account: &Account<'_>,
        card: Derivation,
    ) -> Result<Block, ErrorCode> {
        let format = change.destination_format;
        let Some(mk_ac) = change.mk_ac else {
            return encode(new, format.format(), account, &mut self.random()).map_err(pin_fault);
        };
        let current = match change.current {
            Some(block) => {
                Some(self.open_block(pin_key, block.bytes(), change.source_format, account)?)
            }
            None => None,
        };
        debug_assert_eq!(current.is_some(), format == PinFormat::VisaChange);
        let card = self.card(mk_ac, card)?;
        card.0.pin_change_block(new, current.as_ref()).map_err(pin_fault)
    }

    /// MAC over a script, with enciphered data where they go.
    ///
    /// # Errors
    /// 06 where that is behind its end.
    fn script_mac(
        &self,
        key: &SessionKey,
        message: &[u8],
        insert: Option<(&Insert<'_>, &[u8])>,
    ) -> Result<[u8; 8], ErrorCode> {
        let Some((insert, data)) = insert else {
            return key.script_mac(message).map_err(emv_fault);
        };
        let offset = usize::try_from(insert.offset.0).unwrap_or(usize::MAX);
        let (before, behind) = message.split_at_checked(offset).ok_or(ErrorCode::new(6))?;
        let whole = self.scratch().take(message.len() + data.len())?;
        let (start, rest) = whole.split_at_mut(offset);
        let (middle, end) = rest.split_at_mut(data.len());
        start.copy_from_slice(before);
        middle.copy_from_slice(data);
        end.copy_from_slice(behind);
        key.script_mac(whole).map_err(emv_fault)
    }
}
