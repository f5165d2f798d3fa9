//! `CC` Translate a PIN from zone to zone.

use crate::prelude::*;

/// Translate a PIN from one ZPK to another.
///
/// The PIN is recovered from the source block and enciphered again for the next zone.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CC", reply = "CD", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// ZPK of the zone that the PIN comes from.
    pub source_key: KeyField<'a, Zpk, 10>,
    /// ZPK of the zone that the PIN goes to.
    pub destination_key: KeyField<'a, Zpk, 11>,
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
        let destination = session.open(self.destination_key, Use::Encrypt)?;
        let block = self.block.bytes();
        let pin = session.translate(&source, &destination, block, &self.translation)?;
        Ok(Reply { pin })
    }
}
