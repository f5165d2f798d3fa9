//! `PE` Print a PIN.

use crate::prelude::*;

/// Print a PIN mailer, or one with solicitation data.
///
/// In the print format `^P`, `^R`, `^T` and `^V` are PIN, reference number, last six digits of the
/// account number, and the PIN in words, of the first or only mailer on a form; `^Q`, `^S`, `^U` and
/// `^W` those of the second (inferred, but for the PINs). Fields of a second mailer have the numbers
/// behind those of the first. A first mailer is answered at once and printed with the second; without
/// one a second answers 15 (inferred). Reference number and check values are constructions of our own
/// (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "PE", reply = "PF", print = "PZ", evidence = "device", licence = "magnetic-stripe-issuing")]
#[authorise(Pin, "mailer")]
#[errors(PIN_UNDER_LMK, PIN_TAG, ACCOUNT)]
pub struct Request<'a> {
    /// How many mailers are on the form.
    pub document: DocumentType,
    /// Account number.
    #[error(22)]
    pub account: Digits<'a, 12>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// Fields to print.
    pub fields: PrintFields<'a>,
    /// Behind the fields, where an LMK follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
}

/// Check values; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// PIN check value.
    pub pin_check: PinCheckValue<'a>,
    /// Reference check value.
    pub reference_check: Numerals<12>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let form = session.form()?;
        let account = self.account.account()?;
        let pin = session.open_pin(self.pin, &account)?;
        session.print_mailer(form, self.document, &account, Some(&pin), self.fields)?;
        Ok(Reply {
            pin_check: session.pin_check_value(&account, &pin)?,
            reference_check: session.reference_check_value(&account)?,
        })
    }
}
