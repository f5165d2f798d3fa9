//! `FO` Generate a watchword key.

use crate::prelude::*;

/// Generate a watchword key.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FO", reply = "FP", evidence = "manual", licence = "legacy")]
#[errors(KEY_LENGTH)]
pub struct Request {
    /// Scheme and kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// WWK under the LMK.
    pub wwk: KeyField<'a, Wwk>,
    /// Check value: 16 digits, or six.
    #[with(SchemeOptions::of(request.options).digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        let made = session.make::<Wwk>(options, vault::Scheme::Z)?;
        Ok(Reply {
            wwk: made.kept.into(),
            check_value: session.full_check_value(&made.key, options)?,
        })
    }
}
