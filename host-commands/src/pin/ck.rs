//! `CK` Verify a PIN of a transaction by its offset, single DES.

use crate::prelude::*;

/// Verify a PIN under a single-length transaction key by the IBM 3624 method.
///
/// The block is of format 01 and under a single-length key (ANSI X9.24-1998). One that holds no PIN
/// answers 01, too (inferred).
/// Code 02 says that the PIN is right and the PVK is not single length.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CK", reply = "CL", evidence = "manual", licence = "legacy", verifies_pin)]
#[errors(VERIFICATION_FAILED, PVK_NOT_SINGLE, ACCOUNT, FORMAT_DISABLED, DECIMALISATION)]
pub struct Request<'a> {
    /// BDK of the terminal.
    pub bdk: KeyField<'a, Bdk, 10>,
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 11>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block.
    pub block: Hex<8>,
    /// Fewest digits that the PIN must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// Offset to verify.
    pub check: OffsetCheck<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00` right; `01` wrong; `02` right, and the PVK is not single length.
    #[code(0, 1, 2)]
    pub code: ErrorCode,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.single_des_pin_key(self.bdk, self.ksn)?;
        let pvk = session.open(self.pvk, Use::Verify)?;
        let (account, offset) = (self.account.account()?, self.check.offset.offset()?);
        let method =
            session.offset_method(pvk, self.check_length, &self.check.data, &account)?;
        let pin = session.open_block(&key, &self.block.0, PinFormat::Iso0, &account);
        let code = concealed(pin, method.success(), |pin| method.verifies(pin, &offset))?;
        Ok(Reply { code })
    }
}
