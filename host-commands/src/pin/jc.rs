//! `JC` Move a PIN from a TPK to the LMK.

use crate::prelude::*;

/// Translate a PIN from TPK to LMK encryption.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JC", reply = "JD", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// TPK that the PIN block is under.
    pub key: KeyField<'a, Tpk, 10>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
}

/// The PIN under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let key = session.open(self.key, Use::Decrypt)?;
        let account = self.account.number()?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        Ok(Reply { pin: session.seal_pin(&pin, &account)? })
    }
}
