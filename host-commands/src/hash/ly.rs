//! `LY` Move an HMAC key to the new LMK.

use appliance::Migration;

use crate::prelude::*;

/// Translate an HMAC key from the old LMK to the new one, and to another format if wanted.
///
/// The layout is that of a manual. One of the two LMKs is in use, the other in key change storage. Key blocks (format 04)
/// are inferred: from a variant LMK to a key-block LMK the attributes behind `#` are mandatory and repeat what the key says;
/// between key-block LMKs a key keeps its attributes.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LY", reply = "LZ", evidence = "manual")]
#[errors(SOURCE_PARITY, KEY_CHANGE_STORAGE, MIGRATION, STRONGER_LMK)]
#[error(4, "length of the key")]
#[error(8, "HMAC key")]
pub struct Request<'a> {
    /// Format of the key under the old LMK.
    #[error(7)]
    pub old_format: HmacKeyFormat,
    /// Format of the key under the new LMK.
    #[error(3)]
    pub new_format: HmacKeyFormat,
    /// HMAC key under the old LMK.
    #[error(80)]
    pub key: SealedHmacKey<'a>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block around a key that was in none.
    #[after("#")]
    pub header: Option<ForeignHeader<'a>>,
}

/// The key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// HMAC key under the new LMK.
    pub key: SealedHmacKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let Migration { old, new } = session.migration()?;
        self.old_format.check(old, ErrorCode::new(7))?;
        self.new_format.check(new, ErrorCode::new(3))?;
        let key = session.open_hmac(old, self.old_format, self.key, Use::Any)?;
        let (header, optional) = match self.key {
            SealedHmacKey::Block(_) if self.header.is_some() => {
                return Err(ErrorCode::INVALID_INPUT);
            }
            SealedHmacKey::Block(block) => {
                let header = *key.header().ok_or(error::KEY_USAGE.0)?;
                (header, session.kept_blocks(block.token)?)
            }
            SealedHmacKey::Bytes(_) => {
                let said = Attributes::of_known_hmac_key(&key, self.new_format, self.header)?;
                (said.header, said.optional)
            }
        };
        Ok(Reply { key: session.seal_hmac(new, &key, header, optional)? })
    }
}
