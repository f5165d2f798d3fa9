//! `DU` Change a PIN with its offset.

use crate::prelude::*;

/// Verify a customer's PIN by the IBM 3624 method, and generate the offset of the new one.
///
/// Both blocks are under the same key and in the same format.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DU", reply = "DV", evidence = "device", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, PVK_NOT_SINGLE, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
#[errors(DECIMALISATION, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: PinKeyType,
    /// Key that the PIN block is under.
    pub key: KeyField<'a, ZpkOrTpk, 10>,
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 11>,
    /// PIN block of the current PIN.
    #[with(key.block_size())]
    pub current: FormattedBlock,
    /// Fewest digits that the PINs must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number.
    #[with([current.format; 2])]
    pub account: Account<'a>,
    /// Offset of the current PIN.
    pub check: OffsetCheck<'a>,
    /// PIN block of the new PIN.
    #[with(key.block_size())]
    pub new: CipherBlock,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The offset of the new PIN.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `02` where the PVK is not single length.
    #[code(0, 2)]
    pub code: ErrorCode,
    /// Offset.
    pub offset: PinOffset,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_as(self.key, self.key_type.key_type(), Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::GenerateAndVerify)?;
        let (account, offset) = (self.account.number()?, self.check.offset.offset()?);
        let method =
            session.offset_method(pvk, self.check_length, &self.check.data, &account)?;
        let current = session.open_pin_block(&key, &self.current, &account)?;
        method.check_length(&current)?;
        right(method.verifies(&current, &offset)?)?;
        let new = FormattedBlock { block: self.new, ..self.current };
        let new = session.open_pin_block(&key, &new, &account)?;
        session.refuse_excluded(&new, self.excluded)?;
        Ok(Reply { code: method.success(), offset: method.offset(&new)? })
    }
}
