//! `HA` Generate a TAK.

use crate::prelude::*;

/// Generate a TAK.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "HA", reply = "HB", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// TMK that will carry the key.
    pub tmk: KeyField<'a, Tmk, 10>,
    /// Schemes.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TAK under the TMK.
    pub sent: KeyField<'a, Tak>,
    /// TAK under the LMK.
    pub kept: KeyField<'a, Tak>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let old = vault::Scheme::Z;
        let made = session.make_and_send::<Tak, _>(self.tmk, self.options, old)?;
        Ok(Reply { sent: made.sent.into(), kept: made.kept.into() })
    }
}
