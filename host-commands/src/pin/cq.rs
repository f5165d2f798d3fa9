//! `CQ` Verify a PIN of a transaction by comparison, single DES.

use crate::prelude::*;

/// Verify a PIN under a single-length transaction key by comparison with a PIN under the LMK.
///
/// The block is of format 01 and under a single-length key (ANSI X9.24-1998). One that holds no PIN
/// answers 01, too (inferred).
/// How PINs stand under the LMK is a construction of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CQ", reply = "CR", evidence = "manual", licence = "legacy", verifies_pin)]
#[errors(VERIFICATION_FAILED, PIN_UNDER_LMK, PIN_TAG, ACCOUNT, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// BDK of the terminal.
    pub bdk: KeyField<'a, Bdk, 10>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block.
    pub block: Hex<8>,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// PIN under the LMK.
    pub expected: PinUnderLmk<'a>,
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
        let account = self.account.account()?;
        let expected = session.open_pin(self.expected, &account)?;
        let pin = session.open_block(&key, &self.block.0, PinFormat::Iso0, &account);
        let code = concealed(pin, ErrorCode::NONE, |pin| Ok(*pin == expected))?;
        Ok(Reply { code })
    }
}
