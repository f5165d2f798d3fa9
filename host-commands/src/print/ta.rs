//! `TA` Print a TMK.

use crate::prelude::*;

/// Print a TMK mailer.
///
/// In the print format `^P` is the key and `^T` its check value (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "TA", reply = "TB", print = "TZ", evidence = "device", licence = "legacy")]
#[authorise(Command, "ta")]
pub struct Request<'a> {
    /// TMK to print.
    pub tmk: KeyField<'a, Tmk, 10>,
    /// Fields to print.
    pub fields: PrintFields<'a>,
    /// Behind the fields, where an LMK follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
}

/// Nothing but the outcome; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let form = session.form()?;
        let tmk = session.open(self.tmk, Use::Any)?;
        session.print_key(form, self.fields, &tmk);
        Ok(Reply {})
    }
}
