//! `EA` Verify a interchange PIN by its offset.

use crate::{prelude::*, session::pin::key_fault};

/// Verify a PIN under a ZPK by the IBM 3624 method.
///
/// Code 02 says that the PIN is right and the PVK is not single length.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EA", reply = "EB", evidence = "device", verifies_pin)]
#[errors(VERIFICATION_FAILED, PVK_NOT_SINGLE, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, DECIMALISATION)]
pub struct Request<'a> {
    /// ZPK that the PIN block is under.
    pub key: KeyField<'a, Zpk, 10>,
    /// PVK.
    pub pvk: KeyField<'a, PvkIbm, 11>,
    /// Longest PIN that the caller accepts.
    pub maximum_length: MaximumPinLength,
    /// PIN block.
    #[with(key.block_size())]
    pub block: CipherBlock,
    /// Format of the block.
    #[error(23)]
    pub format: PinFormat,
    /// Fewest digits that the PIN must have, 4 to 12.
    pub check_length: CheckLength,
    /// Account number.
    #[with([format; 2])]
    pub account: Account<'a>,
    /// Decimalisation table.
    pub table: DecimalisationTable<'a>,
    /// PIN validation data.
    pub validation_data: ValidationData<'a>,
    /// Offset.
    pub offset: PinOffset,
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
        let table = session.decimalisation_table(self.table)?;
        let (account, offset) = (self.account.number()?, self.offset.offset()?);
        let data = self.validation_data.block(&account)?;
        let pin = session.open_block(&key, self.block.bytes(), self.format, &account)?;
        self.check_length.check(&pin)?;
        if pvk.verify_offset(data, &table, &offset, &pin).map_err(key_fault)? {
            Ok(Reply { code: warning(&pvk) })
        } else {
            Err(error::VERIFICATION_FAILED.0)
        }
    }
}
