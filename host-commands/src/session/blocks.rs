//! Headers and optional blocks of keys that come in and leave.

use vault::{
    Key, Protection,
    key_block::{Header, OptionalBlocks, Version},
    transport::rules,
    usage::Usage,
};
use wire::ErrorCode;

use super::{Departure, Session};
use crate::{
    error::{EXPORTABILITY, KEY_SCHEME, OPTIONAL_REPEATED, refused_outright},
    fields::Scheme,
};

impl<'a> Session<'a> {
    /// Header and optional blocks of a key that leaves in a key block, under AES or under triple DES.
    pub(crate) fn exported_block<U: Usage>(
        &self,
        key: &Key<U>,
        origin: &Protection<'_>,
        is_aes: bool,
        departure: &Departure<'_>,
    ) -> Result<(Header, &'a [u8]), ErrorCode> {
        let said = departure.block;
        let (header, optional) = match (origin, departure.scheme) {
            (Protection::KeyBlock { header, optional }, Scheme::KeyBlock | Scheme::Tr31) => {
                rules::check_export(header, true).map_err(refused_outright)?;
                let header = match said.and_then(|said| said.exportability) {
                    Some(stricter) => {
                        header.with_exportability(stricter.0[0]).map_err(refused_outright)?
                    }
                    None => *header,
                };
                (header, *optional)
            }
            (Protection::Variant { key_type, .. }, Scheme::Tr31) => {
                let said = said.and_then(|said| said.header).ok_or(ErrorCode::INVALID_INPUT)?;
                if said.exportability.0 == b"E" {
                    return Err(EXPORTABILITY.0);
                }
                let header = said.header(key.size())?;
                rules::check_usage(key_type, header.usage).map_err(refused_outright)?;
                (header, said.blocks.supplied(2, |id| matches!(&id, b"KS" | b"KV"))?)
            }
            _ => return Err(KEY_SCHEME.0),
        };
        let version = match (departure.scheme, said.and_then(|said| said.version), is_aes) {
            (Scheme::Tr31, Some(version), _) => version.into(),
            (Scheme::Tr31, None, false) => Version::B,
            (Scheme::Tr31, None, true) => Version::D,
            (_, _, false) => Version::ThalesTdes,
            (_, _, true) => Version::ThalesAes,
        };
        let outgoing = rules::outgoing(&header, version).map_err(refused_outright)?;
        let optional = OptionalBlocks::parse(optional).map_err(refused_outright)?;
        let further = rules::outgoing_block(&header, version, optional);
        let further = further.as_ref().map_or(&b""[..], |block| block);
        Ok((outgoing, self.rewrapped(optional, further)?))
    }

    /// Optional blocks of a key that comes under another protecting key: those that are still true, and some
    /// more. Error BC if one of them is there already.
    pub fn rewrapped(
        &self,
        present: OptionalBlocks<'_>,
        further: &[u8],
    ) -> Result<&'a [u8], ErrorCode> {
        let all = self.scratch().take(present.text().len() + further.len())?;
        let mut length = 0;
        for block in present.iter().filter(|block| rules::stays_true(block.id)) {
            let end = length + block.text.len();
            all[length..end].copy_from_slice(block.text);
            length = end;
        }
        let further = OptionalBlocks::parse(further).map_err(refused_outright)?;
        if further.iter().any(|block| present.find(block.id).is_some()) {
            return Err(OPTIONAL_REPEATED.0);
        }
        let end = length + further.text().len();
        all[length..end].copy_from_slice(further.text());
        Ok(&all[..end])
    }
}
