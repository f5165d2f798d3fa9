//! `GS` Verify a PIN of a transaction by its Diebold offset, and a MAC.

use crate::prelude::*;

/// Verify a PIN under a transaction key by the Diebold method, and a MAC if wanted (3DES and AES DUKPT).
///
/// The algorithm is not public: everything is checked, also the table in user storage, and the answer
/// is then 68. Formats are 01, 04, 05 and 47, and 48 under an AES BDK (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GS", reply = "GT", evidence = "manual", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(DIEBOLD_TABLE, ACCOUNT, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// What to verify.
    pub mode: TransactionMode,
    /// Kind of the BDK, if it is not BDK-1 and the LMK is a variant LMK (inferred).
    #[maybe]
    pub flag: Option<BdkFlag>,
    /// BDK of the terminal.
    pub bdk: KeyField<'a, AnyBdk, 10>,
    /// Diebold table and algorithm.
    pub diebold: DieboldKey<'a>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block.
    #[with(bdk.is_aes())]
    pub block: TransactionBlock,
    /// Format of the block.
    #[error(23)]
    pub format: PinFormat,
    /// Account number.
    #[with([format; 2])]
    pub account: Account<'a>,
    /// Offset to verify.
    pub check: DieboldCheck<'a>,
    /// MAC to verify, and the message.
    #[when(mode.mac_part().is_some())]
    #[with(mode.mac_part().unwrap_or(MacPart::Whole))]
    pub mac: Option<MacOnMessage<'a>>,
}

/// The outcome for the PIN, and for the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00` the PIN is right, `01` it is wrong.
    #[code(0, 1)]
    pub pin: ErrorCode,
    /// `00` the MAC is right, `01` it is wrong.
    #[when(request.mode.mac_part().is_some())]
    pub mac: Option<ErrorCode>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let transaction = session.transaction(self.flag, self.bdk, self.ksn)?;
        let account = self.account.number()?;
        session.verify_diebold_table(self.diebold.index)?;
        let pin = session.open_transaction_block(&transaction, &self.block, self.format, &account);
        let pin = concealed(pin, ErrorCode::NONE, |_| diebold_algorithm())?;
        Ok(Reply { pin, mac: transaction.judge_mac(self.mode, self.mac)? })
    }
}
