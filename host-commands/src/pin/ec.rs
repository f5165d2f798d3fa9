//! `EC` Verify a interchange PIN by its PVV.

use crate::{prelude::*, session::pin::pvk_fault};

/// Verify a PIN under a ZPK by the Visa method.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EC", reply = "ED", evidence = "device", verifies_pin)]
#[errors(VERIFICATION_FAILED, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// ZPK that the PIN block is under.
    pub key: KeyField<'a, Zpk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
    /// PIN block.
    #[with(key.block_size())]
    pub block: CipherBlock,
    /// Format of the block.
    #[error(23)]
    pub format: PinFormat,
    /// Account number.
    #[with([format; 2])]
    pub account: Account<'a>,
    /// PVK indicator.
    pub indicator: Numerals<1>,
    /// PIN verification value.
    pub pvv: Numerals<4>,
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
        let pin = session.open_block(&key, self.block.bytes(), self.format, &account)?;
        let right = pvk.verify_pvv(&account, self.indicator.0[0], &pin, &self.pvv.0);
        if right.map_err(pvk_fault)? { Ok(Reply {}) } else { Err(error::VERIFICATION_FAILED.0) }
    }
}
