//! `CM` Verify a PIN of a transaction by its PVV, single DES.

use crate::prelude::*;

/// Verify a PIN under a single-length transaction key by the Visa method.
///
/// The block is of format 01 and under a single-length key (ANSI X9.24-1998). One that holds no PIN
/// answers 01, too (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CM", reply = "CN", evidence = "manual", licence = "legacy", verifies_pin)]
#[errors(VERIFICATION_FAILED, ACCOUNT, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// BDK of the terminal.
    pub bdk: KeyField<'a, Bdk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block.
    pub block: Hex<8>,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// PVV to verify.
    pub check: PvvCheck,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00` right, `01` wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.single_des_pin_key(self.bdk, self.ksn)?;
        let pvk = session.open(self.pvk, Use::Verify)?;
        let account = self.account.account()?;
        let method = session.pvv_method(pvk, account, None, self.check.indicator)?;
        let pin = session.open_block(&key, &self.block.0, PinFormat::Iso0, &account);
        let verify = |pin: &Pin| method.verifies(pin, self.check.pvv);
        Ok(Reply { code: concealed(pin, ErrorCode::NONE, verify)? })
    }
}
