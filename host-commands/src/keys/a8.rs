//! `A8` Export a key.

use crate::{prelude::*, session::origin};

/// Export a key under a ZMK or TMK.
///
/// From a key-block LMK the exportability of the key decides: `S` leaves in any form, `E` in a key
/// block only (error AA), `N` not at all. From a variant LMK a TR-31 key block needs the attributes
/// behind `&`. Of the GISKE key block (scheme `V`) only the name is public: error 26.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "A8", reply = "A9", evidence = "device")]
#[authorise(Export, key_type)]
#[errors(KEY_TYPE_CODE, DESTINATION_PARITY, KEY_FUNCTION)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// ZMK or TMK.
    pub transport: TransportKey<'a>,
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey, 11>,
    /// Scheme under the transport key.
    #[error(26)]
    pub scheme: Scheme,
    /// Atalla variant of the transport key.
    #[maybe]
    pub atalla: Option<AtallaVariant<'a>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// What is said of the copy.
    #[with(Way { from_block: key.is_block(), scheme })]
    pub copy: ExportedBlock<'a>,
}

/// The key under the transport key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the transport key.
    pub key: KeyField<'a, AnyKey>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let transport = session.open_transport(&self.transport, Use::Wrap)?;
        session.stated_type(self.key_type, |key_type| key_type.export)?;
        let key = session.open_as(self.key, self.key_type, Use::Any)?;
        let origin = origin(self.key.token, &key)?;
        let departure =
            Departure { scheme: self.scheme, atalla: self.atalla, block: Some(self.copy) };
        Ok(Reply {
            key: session.export(&key, &origin, &transport, &departure)?.into(),
            check_value: session.short_check_value(&key),
        })
    }
}
