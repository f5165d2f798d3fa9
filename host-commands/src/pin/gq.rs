//! `GQ` Verify a PIN of a transaction by its PVV, and a MAC.

use crate::prelude::*;

/// Verify a PIN under a transaction key by the Visa method, and a MAC if wanted (3DES and AES DUKPT).
///
/// Formats are 01, 04, 05 and 47, and 48 under an AES BDK. A block that holds no PIN answers 01, too
/// (inferred). The MAC is on the message of the terminal (AES: inferred); that its length is decimal is
/// seen in a request of a client.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GQ", reply = "GR", evidence = "manual", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, ACCOUNT, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// What to verify.
    pub mode: TransactionMode,
    /// Kind of the BDK, if it is not BDK-1 and the LMK is a variant LMK (inferred).
    #[maybe]
    pub flag: Option<BdkFlag>,
    /// BDK of the terminal.
    pub bdk: KeyField<'a, AnyBdk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
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
    /// Account number that the PVV is of, if it is another: only where the settings allow tokens in PIN
    /// verification, else error 15 (inferred).
    #[after(";")]
    #[error(22)]
    pub pvv_account: Option<Digits<'a, 12>>,
    /// PVV to verify.
    pub check: PvvCheck,
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
        let pvk = session.open(self.pvk, Use::Verify)?;
        let account = self.account.number()?;
        let method = session.pvv_method(pvk, account, self.pvv_account, self.check.indicator)?;
        let pin = session.open_transaction_block(&transaction, &self.block, self.format, &account);
        let verify = |pin: &Pin| method.verifies(pin, self.check.pvv);
        let pin = concealed(pin, ErrorCode::NONE, verify)?;
        Ok(Reply { pin, mac: transaction.judge_mac(self.mode, self.mac)? })
    }
}
