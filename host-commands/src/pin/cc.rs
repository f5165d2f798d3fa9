//! `CC` Translate a PIN from zone to zone.

use crate::prelude::*;

/// Translate a PIN from one ZPK to another.
///
/// The PIN is recovered from the source block and enciphered again for the next zone.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CC", reply = "CD", evidence = "device")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// ZPK of the zone that the PIN comes from.
    pub source_key: KeyField<'a, Zpk, 10>,
    /// ZPK of the zone that the PIN goes to.
    pub destination_key: KeyField<'a, Zpk, 11>,
    /// Longest PIN that the caller accepts.
    pub maximum_length: MaximumPinLength,
    /// The PIN block, and the block that its PIN moves to.
    #[with(source_key.block_size())]
    pub pin: PinTranslation<'a>,
}

/// The PIN under the destination key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// The block and what is in it.
    #[with(request.destination_key.block_size())]
    pub pin: TranslatedPin,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let source = session.open(self.source_key, Use::Decrypt)?;
        let destination = session.open(self.destination_key, Use::Encrypt)?;
        Ok(Reply { pin: session.translate([&source, &destination], &self.pin)? })
    }
}
