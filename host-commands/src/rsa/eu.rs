//! `EU` Move the MAC of a public key to the new LMK.

use appliance::Migration;

use crate::{
    prelude::*,
    session::key_pairs::{foreign_key, of_pair},
};

/// Verify the MAC of a public key under the old LMK, and make one under the new LMK.
///
/// Both are variant LMKs: error A1 otherwise (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EU", reply = "EV", evidence = "manual", licence = "premium-key-management")]
#[errors(VERIFICATION_FAILED, KEY_CHANGE_STORAGE, MIGRATION, STRONGER_LMK, LMK_SCHEMES)]
pub struct Request<'a> {
    /// MAC under the old LMK.
    pub mac: Raw<4>,
    /// Public key.
    #[error(4)]
    pub key: DerSequence<'a>,
    /// Authentication data.
    pub data: AuthenticationData<'a>,
}

/// The MAC under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// MAC under the new LMK.
    pub mac: Raw<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let Migration { old, new } = session.migration()?;
        foreign_key(self.key, PublicKeyEncoding::Unsigned)?;
        let [right, mac] =
            [old, new].map(|lmk| lmk.public_key_mac(self.key.0, self.data.0).map_err(of_pair));
        if !crypto::equal(&right?, &self.mac.0) {
            return Err(error::VERIFICATION_FAILED.0);
        }
        Ok(Reply { mac: Raw(mac?) })
    }
}
