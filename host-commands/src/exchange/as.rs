//! `AS` Generate a CVK pair.

use crate::prelude::*;

/// Generate a CVK pair.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AS", reply = "AT", evidence = "manual", licence = "legacy")]
#[errors(KEY_LENGTH)]
pub struct Request {
    /// Scheme, none or `U` (error 26 for another is by a simulator), and kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The CVK pair.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// CVK A and B under the LMK.
    pub cvk: KeyField<'a, Cvk>,
    /// Check values of CVK A and CVK B, or of both as one.
    #[with(SchemeOptions::of(request.options).shows_both())]
    pub check_values: PairCheckValues,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        if !matches!(options.lmk, Scheme::None | Scheme::Double) {
            return Err(error::KEY_SCHEME.0);
        }
        let made = session.make::<Cvk>(options, vault::Scheme::Untagged)?;
        Ok(Reply {
            cvk: made.kept.into(),
            check_values: session.pair_check_values(&made.key, options)?,
        })
    }
}
