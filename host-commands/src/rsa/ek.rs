//! `EK` Load a private key.

use appliance::PrivateKeys;

use crate::prelude::*;

/// Load a private key, of RSA or on a curve (inferred), into memory that is erased with the LMK.
///
/// A key that was there is overwritten. There are 21 places beside each LMK (inferred); the key is kept as it is under the LMK.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EK", reply = "EL", evidence = "manual", licence = "premium-key-management", changes)]
#[errors(PRIVATE_KEY, KEY_BLOCK_FORMAT, KEY_BLOCK_AUTHENTICATION, KEY_USAGE, MODE_OF_USE)]
#[error(3, "there is no such index")]
pub struct Request<'a> {
    /// Place of the key, 00 to 20.
    pub index: Decimal<2>,
    /// Private key under the LMK.
    #[error(78)]
    pub key: SealedPrivateKey<'a>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let index = u8::try_from(self.index.0).ok().filter(|index| *index <= PrivateKeys::LAST);
        let index = index.ok_or(ErrorCode::new(3))?;
        let id = session.lmk_id();
        session.open_private_key(self.key.sealed)?;
        session.change(self, |state| {
            state.private_keys.set(id, index, self.key.sealed);
            Ok(Reply {})
        })
    }
}
