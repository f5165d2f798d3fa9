//! `CA` Translate a PIN from a terminal key to a zone key.

use crate::prelude::*;

/// Translate a PIN from TPK to ZPK or BDK encryption.
///
/// The PIN is recovered from the source block and enciphered again for the next zone.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CA", reply = "CB", evidence = "device")]
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
    pub ksn: Option<Ksn<'a>>,
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
        let destination =
            session.open_destination(self.destination_flag, self.destination_key, self.ksn)?;
        Ok(Reply { pin: session.translate([&source, &destination], &self.pin)? })
    }
}
