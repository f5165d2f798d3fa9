//! `DA` Verify a terminal PIN by its offset.

use crate::prelude::*;

/// Verify a PIN under a TPK by the IBM 3624 method.
///
/// Code 02 says that the PIN is right and the PVK is not single length. How many digits of a PIN count
/// where it is longer than the check length is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DA", reply = "DB", evidence = "device", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, PVK_NOT_SINGLE, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, DECIMALISATION)]
pub struct Request<'a> {
    /// TPK that the PIN block is under.
    pub key: KeyField<'a, Tpk, 10>,
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 11>,
    /// Longest PIN that the caller accepts.
    pub maximum_length: MaximumPinLength,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Fewest digits that the PIN must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// Offset to verify.
    pub check: OffsetCheck<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `02` where the PVK is not single length.
    #[code(0, 2)]
    pub code: ErrorCode,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::Verify)?;
        let (account, offset) = (self.account.number()?, self.check.offset.offset()?);
        let method =
            session.offset_method(pvk, self.check_length, &self.check.data, &account)?;
        let pin = session.open_pin_block(&key, &self.pin, &account)?;
        method.check_length(&pin)?;
        right(method.verifies(&pin, &offset)?)?;
        Ok(Reply { code: method.success() })
    }
}
