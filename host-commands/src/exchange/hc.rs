//! `HC` Generate a TMK, TPK or PVK.

use crate::prelude::*;

/// Generate a TMK, TPK or PVK.
///
/// Off while these keys have key types of their own.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "HC", reply = "HD", evidence = "manual", licence = "legacy")]
#[setting(!key_type_002_separation, 68)]
pub struct Request<'a> {
    /// Key that the terminal has.
    pub current: KeyField<'a, Tmk, 10>,
    /// Schemes.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// New key under the current key.
    pub sent: KeyField<'a, TerminalKey>,
    /// New key under the LMK.
    pub kept: KeyField<'a, TerminalKey>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let old = vault::Scheme::Z;
        let made = session.make_and_send::<TerminalKey, _>(self.current, self.options, old)?;
        Ok(Reply { sent: made.sent.into(), kept: made.kept.into() })
    }
}
