//! `BK` Make the offset of a customer's PIN.

use crate::prelude::*;

/// Generate the IBM 3624 offset of a PIN that the customer selected.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BK", reply = "BL", evidence = "device", licence = "magnetic-stripe-issuing")]
#[errors(PVK_NOT_SINGLE, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, DECIMALISATION)]
#[errors(PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: PinKeyType,
    /// Key that the PIN block is under.
    pub key: KeyField<'a, ZpkOrTpk, 10>,
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 11>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Fewest digits that the PIN must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// What the offset is made from.
    pub data: OffsetData<'a>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The offset.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `02` where the PVK is not single length.
    #[code(0, 2)]
    pub code: ErrorCode,
    /// Offset.
    pub offset: PinOffset,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_as(self.key, self.key_type.key_type(), Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::Generate)?;
        let account = self.account.number()?;
        let method = session.offset_method(pvk, self.check_length, &self.data, &account)?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        session.refuse_excluded(&pin, self.excluded)?;
        Ok(Reply { code: method.success(), offset: method.offset(&pin)? })
    }
}
