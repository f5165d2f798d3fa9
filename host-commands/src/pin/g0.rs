//! `G0` Translate a PIN from a transaction key to a zone key.

use crate::prelude::*;

/// Translate a PIN from BDK to ZPK or BDK encryption (3DES and AES DUKPT).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "G0", reply = "G1", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// Kind of the source BDK, if it is not BDK-1 and the LMK is a variant LMK (the flags are inferred).
    #[maybe]
    pub source_flag: Option<BdkFlag>,
    /// BDK of the terminal.
    pub source_key: KeyField<'a, AnyBdk, 10>,
    /// Kind of the destination key, if it is a BDK under a variant LMK.
    #[maybe]
    pub destination_flag: Option<BdkFlag>,
    /// Key that the next zone expects.
    pub destination_key: KeyField<'a, ZpkOrBdk, 11>,
    /// Key serial number of the terminal.
    #[with(source_key.is_aes())]
    pub source_ksn: Ksn<'a>,
    /// Key serial number for a destination BDK.
    #[when(destination_flag.is_some() || destination_key.is_bdk())]
    #[with(destination_key.is_aes())]
    pub destination_ksn: Option<Ksn<'a>>,
    /// PIN block under the transaction key.
    #[with(source_key.is_aes())]
    pub block: TransactionBlock,
    /// What becomes of it.
    pub translation: Translation<'a>,
}

/// The PIN under the destination key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN block under the destination key.
    #[with(request.translation.destination_format.block_size())]
    pub pin: Translated,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let Translation { source_format, destination_format, .. } = self.translation;
        let transaction = session.transaction(self.source_flag, self.source_key, self.source_ksn)?;
        let to = session.open_destination(
            self.destination_flag,
            self.destination_key,
            self.destination_ksn,
            destination_format,
        )?;
        let (from, block) = (transaction.pin_key(source_format)?, self.block.bytes());
        Ok(Reply { pin: session.translate(&from, &to, block, &self.translation)? })
    }
}
