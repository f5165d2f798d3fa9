//! `AE` Export a TMK, TPK or PVK under another.

use crate::prelude::*;

/// Translate a TMK, TPK or PVK from LMK encryption to encryption under another.
///
/// Replaces the key that a terminal has. Off while these keys have key types of their own.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AE", reply = "AF", evidence = "manual", licence = "legacy")]
#[setting(!key_type_002_separation, 68)]
pub struct Request<'a> {
    /// Key that the terminal has.
    pub current: KeyField<'a, Tmk, 10>,
    /// Stored key under the LMK, which the terminal will have.
    pub stored: KeyField<'a, TerminalKey, 11>,
    /// Scheme under the TMK.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The stored key under the current key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Stored key under the current key.
    pub stored: KeyField<'a, TerminalKey>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.current, self.stored, self.options)?;
        Ok(Reply { stored: moved.text.into() })
    }
}
