//! `CG` Verify a terminal PIN by its Diebold offset.

use crate::prelude::*;

/// Verify a PIN under a TPK by the Diebold method.
///
/// The algorithm is not public: everything is checked, also the table in user storage, and the answer
/// is then 68.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CG", reply = "CH", evidence = "manual", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(DIEBOLD_TABLE, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// TPK that the PIN block is under.
    pub key: KeyField<'a, Tpk, 10>,
    /// Diebold table and algorithm.
    pub diebold: DieboldKey<'a>,
    /// PIN block.
    #[with(key.block_size())]
    pub pin: FormattedBlock,
    /// Account number.
    #[with([pin.format; 2])]
    pub account: Account<'a>,
    /// Offset to verify.
    pub check: DieboldCheck<'a>,
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
        session.verify_diebold_table(self.diebold.index)?;
        session.open_pin_block(&key, &self.pin, &account)?;
        diebold_algorithm()
    }
}
