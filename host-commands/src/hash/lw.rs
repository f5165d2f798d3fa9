//! `LW` Export an HMAC key.

use vault::transport::rules;

use crate::{
    prelude::*,
    session::{hmac::of_hmac, origin},
};

/// Export an HMAC key to encryption under a ZMK.
///
/// The layout mirrors that of `LU`: the fields of the key, then its format before and after (inferred, as are the error
/// codes). From a key-block LMK the exportability of the key decides: `S` leaves in any form, `E` in a key block only.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LW", reply = "LX", evidence = "inferred")]
#[authorise(Export, self.key_type())]
#[errors(SOURCE_PARITY, DESTINATION_PARITY)]
#[error(4, "length of the key, which ANSI X9.17 cannot carry")]
#[error(8, "HMAC key under the LMK")]
pub struct Request<'a> {
    /// ZMK.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// HMAC key under the LMK.
    #[error(80)]
    pub key: SealedHmacKey<'a>,
    /// End of a key that is in no key block.
    #[when(!key.is_block())]
    pub end: Option<Mark<b';'>>,
    /// Format of the key under the LMK.
    #[error(7)]
    pub format: HmacKeyFormat,
    /// Format of the key under the ZMK.
    #[error(3)]
    pub transport: HmacTransportFormat,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
}

impl Request<'_> {
    /// Type of the key.
    fn key_type(&self) -> KeyTypeCode {
        self.format.key_type()
    }
}

/// The key under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// HMAC key under the ZMK.
    pub key: Wrapped<SealedHmacKey<'a>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let lmk = session.lmk()?;
        self.format.check(lmk, ErrorCode::new(7))?;
        session.check_hmac_transport(self.transport, ErrorCode::new(3))?;
        let zmk = session.open(self.zmk, Use::Wrap)?;
        let key = session.open_hmac(lmk, self.format, self.key, Use::Any)?;
        let header = *key.header().ok_or(error::KEY_USAGE.0)?;
        if self.transport == HmacTransportFormat::KeyBlock {
            let SealedHmacKey::Block(block) = self.key else { return Err(ErrorCode::new(3)) };
            let origin = origin(block.token, &key)?;
            let departure = Departure { scheme: Scheme::KeyBlock, atalla: None, block: None };
            let sealed = session.export(&key, &origin, &zmk, &departure)?;
            return Ok(Reply { key: Wrapped(SealedHmacKey::untagged(sealed)) });
        }
        rules::check_export(&header, false).map_err(error::refused_outright)?;
        let sealed = match self.transport.bare() {
            Some(format) => zmk.encrypt_hmac(&key, format).map_err(of_hmac)?,
            None => zmk.wrap_hmac(&key, &header).map_err(error::refused_outright)?,
        };
        Ok(Reply { key: Wrapped(SealedHmacKey::Bytes(session.scratch().copy(&sealed)?)) })
    }
}
