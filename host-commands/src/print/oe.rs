//! `OE` Generate a TMK, TPK or PVK and print it.

use crate::prelude::*;

/// Generate a TMK, TPK or PVK and print it.
///
/// In the print format `^P` is the key and `^T` its check value (inferred). Without options the key is
/// single length.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "OE", reply = "OF", print = "OZ", evidence = "manual", licence = "legacy")]
#[authorise(Genprint, KeyTypeCode(*b"002"))]
#[errors(KEY_LENGTH, KEY_SCHEME)]
pub struct Request<'a> {
    /// Fields to print.
    pub fields: PrintFields<'a, b'|'>,
    /// Scheme under the LMK.
    #[after("|")]
    pub options: Option<SchemeOptions>,
    /// Behind the fields, where an LMK follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
}

/// The key; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under LMK pair 14-15.
    pub key: KeyField<'a, TerminalKey>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let form = session.form()?;
        let options = SchemeOptions::of(self.options);
        let made = session.make::<TerminalKey>(options, vault::Scheme::Z)?;
        session.print_key(form, self.fields, &made.key);
        Ok(Reply { key: made.kept.into() })
    }
}
