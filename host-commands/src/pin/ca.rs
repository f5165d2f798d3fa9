//! `CA` Translate a PIN from a terminal key to a zone key.

use crate::prelude::*;

/// Translate a PIN from TPK to ZPK or BDK encryption.
///
/// The PIN is recovered from the source block and enciphered again for the next zone.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CA", reply = "CB", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// TPK that the terminal used.
    pub source_key: KeyField<'a, Tpk, 10>,
    /// Kind of the destination key, if it is a BDK under a variant LMK (the flags are inferred).
    #[maybe]
    pub destination_flag: Option<BdkFlag>,
    /// Key that the next zone expects.
    pub destination_key: KeyField<'a, ZpkOrBdk, 11>,
    /// Key serial number for a destination BDK.
    #[when(destination_flag.is_some() || destination_key.is_bdk())]
    #[with(destination_key.is_aes())]
    pub ksn: Option<Ksn<'a>>,
    /// Longest PIN that the caller accepts.
    pub maximum_length: MaximumPinLength,
    /// PIN block under the source key.
    #[with(source_key.block_size())]
    pub block: CipherBlock,
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
        let source = session.open(self.source_key, Use::Decrypt)?;
        let destination = session.open_destination(
            self.destination_flag,
            self.destination_key,
            self.ksn,
            self.translation.destination_format,
        )?;
        let block = self.block.bytes();
        let pin = session.translate(&source, &destination, block, &self.translation)?;
        Ok(Reply { pin })
    }
}
