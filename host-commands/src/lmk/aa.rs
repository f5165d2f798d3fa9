//! `AA` Move a TMK, TPK or PVK to the new LMK.

use crate::prelude::*;

/// Translate a TMK, TPK or PVK from the old LMK to the new one.
///
/// That the key may stand in a key block under both is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AA", reply = "AB", evidence = "manual", licence = "legacy")]
#[errors(KEY_CHANGE_STORAGE, MIGRATION, STRONGER_LMK)]
pub struct Request<'a> {
    /// TMK, TPK or PVK under the old LMK.
    pub key: KeyField<'a, TerminalKey, 10>,
    /// Scheme under the new LMK. The other two options have no effect.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The key under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TMK, TPK or PVK under the new LMK.
    pub key: KeyField<'a, TerminalKey, 10>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { key: session.migrate_in_role(self.key, self.options)? })
    }
}
