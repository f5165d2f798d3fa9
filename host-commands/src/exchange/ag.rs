//! `AG` Export a TAK under a TMK.

use crate::prelude::*;

/// Translate a TAK from LMK to TMK encryption.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AG", reply = "AH", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// TMK that will carry the key.
    pub tmk: KeyField<'a, Tmk, 10>,
    /// TAK under the LMK.
    pub tak: KeyField<'a, Tak, 11>,
    /// Scheme under the TMK.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The TAK under the TMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TAK under the TMK.
    pub tak: KeyField<'a, Tak>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.tmk, self.tak, self.options)?;
        Ok(Reply { tak: moved.text.into() })
    }
}
