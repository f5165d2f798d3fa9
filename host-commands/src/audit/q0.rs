//! `Q0` Move the MAC key of an audit record to the new LMK.

use crate::prelude::*;

/// Translate the MAC key of an audit record from the old LMK to the new one.
///
/// Records that were retrieved under an LMK are verified under the one that takes its place with the key that this
/// returns.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "Q0", reply = "Q1", evidence = "manual")]
#[errors(KEY_CHANGE_STORAGE, MIGRATION, STRONGER_LMK)]
pub struct Request<'a> {
    /// MAC key under the old LMK, pair 22-23 variant 7.
    pub key: KeyField<'a, AuditMacKey, 10>,
}

/// The key under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// MAC key under the new LMK, pair 22-23 variant 7.
    pub key: KeyField<'a, AuditMacKey, 10>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { key: session.migrate_in_role(self.key, None)? })
    }
}
