//! `BI` Generate a BDK.

use crate::prelude::*;

/// Generate a BDK.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BI", reply = "BJ", evidence = "manual", licence = "legacy")]
#[errors(KEY_LENGTH)]
pub struct Request {
    /// Scheme.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// BDK under the LMK.
    pub bdk: KeyField<'a, Bdk>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        let made = session.make::<Bdk>(options, vault::Scheme::Untagged)?;
        Ok(Reply { bdk: made.kept.into() })
    }
}
