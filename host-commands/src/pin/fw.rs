//! `FW` Make the PVV of a customer's PIN.

use crate::prelude::*;

/// Generate the Visa PIN verification value of a PIN that the customer selected.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FW", reply = "FX", evidence = "device", licence = "magnetic-stripe-issuing")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: PinKeyType,
    /// Key that the PIN block is under.
    pub key: KeyField<'a, ZpkOrTpk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// PVK indicator.
    pub indicator: Numerals<1>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The value.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN verification value.
    pub pvv: Numerals<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_as(self.key, self.key_type.key_type(), Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::Generate)?;
        let account = self.account.number()?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        session.refuse_excluded(&pin, self.excluded)?;
        let pvv = PvvMethod::new(pvk, account, self.indicator).pvv(&pin)?;
        Ok(Reply { pvv })
    }
}
