//! `OA` Print a PIN solicitation mailer.

use crate::prelude::*;

/// Print a form on which a customer chooses a PIN.
///
/// It bears the reference number instead of the account number. Symbols of the print format and forms
/// for two mailers are those of `PE`, without a PIN. That it needs the activity of `PE` is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "OA", reply = "OB", print = "OZ", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[authorise(Pin, "mailer")]
#[errors(ACCOUNT)]
pub struct Request<'a> {
    /// How many mailers are on the form.
    pub document: DocumentType,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// Fields to print.
    pub fields: PrintFields<'a>,
    /// Behind the fields, where an LMK follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
}

/// Check value; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Reference check value.
    pub reference_check: Numerals<12>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let form = session.form()?;
        let account = self.account.account()?;
        session.print_mailer(form, self.document, &account, None, self.fields)?;
        Ok(Reply { reference_check: session.reference_check_value(&account)? })
    }
}
