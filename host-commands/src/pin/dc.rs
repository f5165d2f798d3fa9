//! `DC` Verify a terminal PIN by its PVV.

use crate::prelude::*;

/// Verify a PIN under a TPK by the Visa method.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DC", reply = "DD", evidence = "device", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// TPK that the PIN block is under.
    pub key: KeyField<'a, Tpk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// PVV to verify.
    pub check: PvvCheck,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::Verify)?;
        let account = self.account.number()?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        let method = PvvMethod::new(pvk, account, self.check.indicator);
        right(method.verifies(&pin, self.check.pvv)?).map(|()| Reply {})
    }
}
