//! `CO` Verify a PIN of a transaction by its Diebold offset, single DES.

use crate::prelude::*;

/// Verify a PIN under a single-length transaction key by the Diebold method.
///
/// The algorithm is not public: everything is checked, also the table in user storage, and the answer
/// is then 68. The block is of format 01 and under a single-length key (ANSI X9.24-1998).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CO", reply = "CP", evidence = "manual", licence = "legacy", verifies_pin)]
#[errors(DIEBOLD_TABLE, ACCOUNT, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// BDK of the terminal.
    pub bdk: KeyField<'a, Bdk, 10>,
    /// Diebold table and algorithm.
    pub diebold: DieboldKey<'a>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block.
    pub block: Hex<8>,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
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
        let key = session.single_des_pin_key(self.bdk, self.ksn)?;
        let account = self.account.account()?;
        session.verify_diebold_table(self.diebold.index)?;
        let pin = session.open_block(&key, &self.block.0, PinFormat::Iso0, &account);
        concealed(pin, ErrorCode::NONE, |_| diebold_algorithm()).map(|_| Reply {})
    }
}
