//! `LU` Import an HMAC key.

use vault::usage::{Authentication, Transport};

use crate::{prelude::*, session::hmac::of_hmac};

/// Import an HMAC key from encryption under a ZMK.
///
/// The layout is that of a manual. Transport formats 01 to 03 say nothing of the key, so the message does, and only where
/// the settings allow it. As for A6, a key that was in no key block cannot get exportability `E` (AA). Inferred: most error codes, format 04, that a key block needs attributes behind `#` where the key
/// was in none, and that these repeat what the key says in format 00, which is an own construction.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LU", reply = "LV", evidence = "manual")]
#[authorise(Import, self.key_type())]
#[errors(DESTINATION_PARITY)]
#[error(8, "HMAC key under the ZMK")]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// HMAC key under the ZMK.
    #[error(80)]
    pub key: Wrapped<SealedHmacKey<'a>>,
    /// End of a key that is in no key block.
    #[when(!key.is_block())]
    pub end: Option<Mark<b';'>>,
    /// Format of the key under the ZMK.
    #[error(7)]
    pub transport: HmacTransportFormat,
    /// Format of the key under the LMK.
    #[error(3)]
    pub format: HmacKeyFormat,
    /// What the key is.
    #[when(transport in ["01", "02", "03"])]
    pub facts: Option<HmacKeyFacts>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block around a key that was in none.
    #[after("#")]
    pub header: Option<ForeignHeader<'a>>,
}

impl Request<'_> {
    /// Type of the new key.
    fn key_type(&self) -> KeyTypeCode {
        self.format.key_type()
    }
}

/// The key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// HMAC key under the LMK.
    pub key: SealedHmacKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let lmk = session.lmk()?;
        self.format.check(lmk, ErrorCode::new(3))?;
        session.check_hmac_transport(self.transport, ErrorCode::new(7))?;
        if self.header.is_some_and(|header| header.exportability.0 == b"E") {
            return Err(error::EXPORTABILITY.0);
        }
        let zmk = session.open(self.zmk, Use::Unwrap)?;
        let (key, attributes) = match *self.key {
            SealedHmacKey::Block(block) => self.out_of_block(block, &zmk, session)?,
            SealedHmacKey::Bytes(sealed) => self.out_of_bytes(sealed, &zmk)?,
        };
        let Attributes { header, optional, .. } = attributes;
        Ok(Reply { key: session.seal_hmac(lmk, &key, header, optional)? })
    }
}

impl<'a> Request<'a> {
    /// Takes the key out of a key block, which says everything.
    fn out_of_block(
        &self,
        block: KeyField<'a, HmacKey>,
        zmk: &Key<Transport>,
        session: &'a Session<'a>,
    ) -> Result<(Key<Authentication>, Attributes<'a>), ErrorCode> {
        if self.transport != HmacTransportFormat::KeyBlock {
            return Err(ErrorCode::DATA_LENGTH);
        }
        if self.header.is_some() {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let (key, optional) = session.import_hmac(block, zmk)?;
        let header = *key.header().ok_or(error::KEY_USAGE.0)?;
        let optional = session.rewrapped(optional, b"")?;
        let attributes = Attributes { size: key.size(), header, optional };
        Ok((key, attributes))
    }

    /// Takes the key out of one of the other formats.
    fn out_of_bytes(
        &self,
        sealed: &[u8],
        zmk: &Key<Transport>,
    ) -> Result<(Key<Authentication>, Attributes<'a>), ErrorCode> {
        if self.transport == HmacTransportFormat::KeyBlock {
            return Err(ErrorCode::DATA_LENGTH);
        }
        if let (Some(format), Some(facts)) = (self.transport.bare(), self.facts) {
            let attributes = facts.attributes(self.format, self.header, ForeignHeader::of_hmac_key)?;
            let (header, length) = (attributes.header, attributes.size.bytes);
            let key = zmk.decrypt_hmac(sealed, format, header, length).map_err(of_hmac)?;
            return Ok((key, attributes));
        }
        let key = zmk.unwrap_hmac(sealed).map_err(of_hmac)?;
        let attributes = Attributes::of_known_hmac_key(&key, self.format, self.header)?;
        Ok((key, attributes))
    }
}
