//! `JG` Move a PIN from the LMK to a ZPK.

use crate::prelude::*;

/// Translate a PIN from LMK to ZPK encryption.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JG", reply = "JH", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(PIN_UNDER_LMK, PIN_TAG, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// ZPK that the PIN goes to.
    pub key: KeyField<'a, Zpk, 11>,
    /// Format of the block.
    #[error(23)]
    pub format: PinFormat,
    /// Account number.
    #[with([format; 2])]
    pub account: Account<'a>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

/// The PIN block.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN block under the ZPK.
    #[with(request.format.block_size())]
    pub block: CipherBlock,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Encrypt)?;
        let account = self.account.number()?;
        let pin = session.open_pin(self.pin, &account)?;
        let block = session.seal_block(&key, &pin, self.format, &account, Origin::Lmk)?;
        Ok(Reply { block })
    }
}
