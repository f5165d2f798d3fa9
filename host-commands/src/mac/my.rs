//! `MY` Verify and translate a MAC.

use crate::{prelude::*, session::mac::MacSide};

/// Verify the MAC on a message with one key and make one with another; the message may come in several blocks.
///
/// Between the blocks the host carries both chaining values. The sizes of the MACs are inferred from `M6`, and so
/// are the errors 07 and 08.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MY", reply = "MZ", evidence = "manual")]
#[errors(VERIFICATION_FAILED)]
#[error(4, "source algorithm, or the key cannot do it")]
#[error(6, "message length")]
#[error(7, "destination algorithm, or the key cannot do it")]
pub struct Request<'a> {
    /// Place of this block in the message.
    #[error(2)]
    pub place: Place,
    /// Encoding of the message.
    #[error(3)]
    pub encoding: Encoding,
    /// Length of the MAC to verify.
    #[error(4)]
    pub source_size: MacSize,
    /// Its algorithm.
    #[error(4)]
    pub source_algorithm: MacAlgorithm,
    /// Padding of the last block for it.
    #[error(9)]
    pub source_padding: MacPadding,
    /// Type of its key.
    #[error(5)]
    pub source_type: MacKeyType,
    /// Key that it was made with.
    pub source_key: KeyField<'a, MacKey, 10>,
    /// Length of the new MAC.
    #[error(7)]
    pub destination_size: MacSize,
    /// Its algorithm.
    #[error(7)]
    pub destination_algorithm: MacAlgorithm,
    /// Padding of the last block for it.
    #[error(9)]
    pub destination_padding: MacPadding,
    /// Type of its key.
    #[error(8)]
    pub destination_type: MacKeyType,
    /// Key that it is made with.
    pub destination_key: KeyField<'a, MacKey, 11>,
    /// Chaining value of the source from the block before.
    #[when(place.continues())]
    #[with(source_key.block_size())]
    pub source_chain: Option<CipherBlock>,
    /// Chaining value of the destination from the block before.
    #[when(place.continues())]
    #[with(destination_key.block_size())]
    pub destination_chain: Option<CipherBlock>,
    /// Message block; its length counts the characters that follow.
    pub message: Counted4H<'a>,
    /// MAC to verify.
    #[when(place.finishes())]
    #[with(source_size.bytes())]
    pub mac: Option<CipherBlock>,
}

/// The chaining values, or the new MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Chaining value of the source for the next block.
    #[when(!request.place.finishes())]
    #[with(request.source_key.block_size())]
    pub source_chain: Option<CipherBlock>,
    /// Chaining value of the destination for the next block.
    #[when(!request.place.finishes())]
    #[with(request.destination_key.block_size())]
    pub destination_chain: Option<CipherBlock>,
    /// New MAC.
    #[when(request.place.finishes())]
    #[with(request.destination_size.bytes())]
    pub mac: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let source = MacSide {
            algorithm: self.source_algorithm,
            padding: self.source_padding,
            key_type: self.source_type,
            key: self.source_key,
        };
        let destination = MacSide {
            algorithm: self.destination_algorithm,
            padding: self.destination_padding,
            key_type: self.destination_type,
            key: self.destination_key,
        };
        let source = source.open(session, self.place, Use::Verify, ErrorCode::new(4))?;
        let destination = destination.open(session, self.place, Use::Generate, ErrorCode::new(7))?;
        let message = self.encoding.decode(self.message.0, session)?;
        let (before, other) = (self.source_chain.as_ref(), self.destination_chain.as_ref());
        let Some(mac) = &self.mac else {
            return Ok(Reply {
                source_chain: Some(source.chain(before, message)?),
                destination_chain: Some(destination.chain(other, message)?),
                mac: None,
            });
        };
        source.verify(before, message, mac.bytes())?;
        let mac = destination.mac(other, message)?;
        let mac = CipherBlock::new(&mac.bytes()[..self.destination_size.bytes()]);
        Ok(Reply { source_chain: None, destination_chain: None, mac: Some(mac) })
    }
}
