//! `EM` Move a private key to the new LMK.

use appliance::Migration;
use vault::key_pair::BlockAttributes;

use crate::{prelude::*, session::key_pairs::of_pair};

/// Translate a private key from the old LMK to the new one.
///
/// In a key block a key keeps its header and its optional blocks. From a variant LMK to a key-block LMK it gets key version number 00
/// and exportability `N` (inferred). A key on a curve, which is in a key block always, moves as one of RSA does (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EM", reply = "EN", evidence = "manual", licence = "premium-key-management", slow)]
#[errors(
    KEY_CHANGE_STORAGE,
    MIGRATION,
    STRONGER_LMK,
    LMK_SCHEMES,
    PRIVATE_KEY,
    KEY_BLOCK_FORMAT,
    KEY_BLOCK_AUTHENTICATION,
    KEY_BLOCK_KEY_LENGTH,
    KEY_USAGE,
    ALGORITHM,
    MODE_OF_USE,
    KEY_BLOCK_VERSION
)]
pub struct Request<'a> {
    /// Private key under the old LMK.
    #[error(78)]
    pub key: SealedPrivateKey<'a>,
}

/// The private key under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Private key under the new LMK.
    pub key: SealedPrivateKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let Migration { old, new } = session.migration()?;
        let (id, rng) = (session.lmk_id(), &mut session.random());
        let key = old.open_private_key(id, self.key.sealed).map_err(of_pair)?;
        let sealed = new.seal_private_key(id, &key, BlockAttributes::PLAIN, rng);
        let sealed = session.scratch().copy(&sealed.map_err(of_pair)?)?;
        Ok(Reply { key: SealedPrivateKey::new(sealed) })
    }
}
