//! `BE` Verify an interchange PIN by comparison.

use crate::prelude::*;

/// Verify a PIN under a ZPK by comparison with a PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BE", reply = "BF", evidence = "manual", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, PIN_UNDER_LMK, PIN_TAG, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// ZPK that the PIN block is under.
    pub key: KeyField<'a, Zpk, 10>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// PIN under the LMK.
    pub expected: PinUnderLmk<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Decrypt)?;
        let account = self.account.number()?;
        let expected = session.open_pin(self.expected, &account)?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        right(pin == expected).map(|()| Reply {})
    }
}
