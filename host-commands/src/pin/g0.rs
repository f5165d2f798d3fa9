//! `G0` Translate a PIN from a transaction key to a zone key.

use crate::{
    prelude::*,
    session::pin::{key_fault, transaction_key},
};

/// Translate a PIN from BDK to ZPK or BDK encryption (3DES and AES DUKPT).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "G0", reply = "G1", evidence = "device")]
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
    pub source_ksn: Ksn<'a>,
    /// Key serial number for a destination BDK.
    #[when(destination_flag.is_some() || destination_key.is_bdk())]
    pub destination_ksn: Option<Ksn<'a>>,
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
        let flag = self.source_flag.unwrap_or(BdkFlag::Bdk1);
        let bdk = session.open_as(self.source_key, flag.key_type(), Use::Derive)?;
        let source = transaction_key(&bdk, self.source_ksn)
            .map_err(|fault| fault.map_or(ErrorCode::INVALID_INPUT, key_fault))?;
        let destination = session.open_destination(
            self.destination_flag,
            self.destination_key,
            self.destination_ksn,
        )?;
        Ok(Reply { pin: session.translate([&source, &destination], &self.pin)? })
    }
}
