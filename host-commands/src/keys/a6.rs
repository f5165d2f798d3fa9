//! `A6` Import a key.

use vault::{key_block::Header, transport::rules, usage::Imported};

use crate::prelude::*;

/// Import a key from encryption under a ZMK.
///
/// The parity of a DES key is made odd; code 01 says that it was not. A key that comes in a key block
/// keeps its attributes under a key-block LMK, except what `#` changes of a TR-31 key block: its
/// usage to one that stands for the same (which ones is inferred), and further optional blocks. Under
/// a variant LMK its usage has to go with the key type (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "A6", reply = "A7", evidence = "device")]
#[authorise(Import, key_type)]
#[errors(KEY_TYPE_CODE, KEY_FUNCTION, STRONGER_LMK)]
#[error(1, "warning: the key did not have odd parity")]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// Key under the ZMK.
    pub key: Wrapped<KeyField<'a, AnyKey, 11>>,
    /// Scheme under the LMK.
    #[error(26)]
    pub scheme: Scheme,
    /// Atalla variant of the ZMK.
    #[maybe]
    pub atalla: Option<AtallaVariant<'a>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Changes to the attributes of a TR-31 key block.
    #[when(scheme == Scheme::KeyBlock && key.is_tr31())]
    #[after("#")]
    pub changes: Option<Changes<'a>>,
    /// Attributes of the key block around a key that was in none.
    #[when(scheme == Scheme::KeyBlock && !key.is_tr31() && !key.is_block())]
    #[after("#")]
    pub header: Option<ForeignHeader<'a>>,
}

/// Changes to the attributes of a TR-31 key block.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Changes<'a> {
    /// Key usage.
    pub key_usage: Text<'a, 2>,
    /// Number of further optional blocks, at most 6.
    pub optional: Decimal<2>,
    /// Further optional blocks, neither `KS` nor `KV`.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}

/// The key under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `01` where the parity was wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let zmk = session.open(self.zmk, Use::Unwrap)?;
        let key_type = session.stated_type(self.key_type, |key_type| key_type.import)?;
        if let Some(key_type) = key_type {
            session.atalla_fits(key_type, self.atalla)?;
        }
        let imported = session.import(self.key.0, &zmk, self.atalla)?;
        let block = match (key_type, imported.key.header()) {
            (Some(key_type), Some(header)) => {
                rules::check_usage(key_type, header.usage).map_err(error::refused_outright)?;
                None
            }
            (Some(_), None) => None,
            (None, Some(header)) => Some(self.changed(header, &imported, session)?),
            (None, None) => Some(self.new_header(&imported)?),
        };
        let protection = session.protection(key_type, self.scheme, block)?;
        Ok(Reply {
            code: ErrorCode::new(u8::from(!imported.had_odd_parity)),
            key: session.seal(&imported.key, &protection)?.into(),
            check_value: session.short_check_value(&imported.key),
        })
    }
}

impl<'a> Request<'a> {
    /// Header and optional blocks of a key that was in a key block.
    fn changed(
        &self,
        header: &Header,
        imported: &Imported<'a>,
        session: &'a Session<'a>,
    ) -> Result<(Header, &'a [u8]), ErrorCode> {
        let Some(changes) = self.changes else {
            return Ok((*header, session.rewrapped(imported.optional, b"")?));
        };
        let usage = *changes.key_usage.0;
        if !rules::are_akin(header.usage, usage) {
            return Err(error::KEY_USAGE.0);
        }
        let further = changes.blocks.supplied(6, |id| !matches!(&id, b"KS" | b"KV"))?;
        Ok((Header { usage, ..*header }, session.rewrapped(imported.optional, further)?))
    }

    /// Header and optional blocks of a key that was in no key block.
    fn new_header(&self, imported: &Imported<'a>) -> Result<(Header, &'a [u8]), ErrorCode> {
        let said = self.header.ok_or(ErrorCode::INVALID_INPUT)?;
        if said.exportability.0 == b"E" {
            return Err(error::EXPORTABILITY.0);
        }
        Ok((said.header(imported.key.size())?, said.blocks.supplied(8, |_| true)?))
    }
}
