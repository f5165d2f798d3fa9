//! Mailers, and what vouches for them.

use appliance::{Document, Mailer, PrintFormat};
use crypto::pin::{Account, Pin};
use wire::ErrorCode;

use super::Session;
use crate::{
    fields::{DocumentType, Numerals, PinCheckValue, PrintFields},
    second::Job,
};

impl<'a> Session<'a> {
    /// Reference number of an account.
    ///
    /// # Errors
    /// 22.
    pub fn reference_number(&self, account: &Account<'_>) -> Result<Numerals<12>, ErrorCode> {
        let reference = self.lmk()?.reference_number(&account.rightmost_twelve());
        reference.map(Numerals).map_err(|fault| ErrorCode(fault.code()))
    }

    /// Reference check value of an account.
    ///
    /// # Errors
    /// 22.
    pub fn reference_check_value(&self, account: &Account<'_>) -> Result<Numerals<12>, ErrorCode> {
        Ok(Numerals(self.lmk()?.reference_check_value(&account.rightmost_twelve())))
    }

    /// PIN check value of a PIN of an account.
    ///
    /// # Errors
    /// 22.
    pub fn pin_check_value(
        &self,
        account: &Account<'_>,
        pin: &Pin,
    ) -> Result<PinCheckValue<'a>, ErrorCode> {
        let digits = self.scratch().take(self.settings().lmk_pin_length())?;
        self.lmk()?.pin_check_value(&account.rightmost_twelve(), pin, digits);
        Ok(PinCheckValue(digits))
    }

    /// Has a mailer printed once the command has succeeded: alone, or with the one that waits for it. A
    /// first mailer waits, in place of one that has waited before (inferred).
    ///
    /// # Errors
    /// 15 where no first mailer waits for a second, or where both have too many print fields together
    /// (inferred); 22.
    pub fn print_mailer(
        &self,
        form: &PrintFormat,
        document: DocumentType,
        account: &Account<'_>,
        pin: Option<&Pin>,
        fields: PrintFields<'_>,
    ) -> Result<(), ErrorCode> {
        let reference = self.reference_number(account)?.0;
        let pin = pin.map_or(&b""[..], Pin::digits);
        let mailer = Mailer::new(fields.iter(), account.rightmost_twelve(), reference, pin);
        let mut waiting = self.appliance().first_mailer();
        let job = match document {
            DocumentType::First => {
                *waiting = Some(mailer);
                Job::Wait
            }
            DocumentType::Second => {
                let first = waiting.as_ref().ok_or(ErrorCode::INVALID_INPUT)?;
                if first.fields() + mailer.fields() > PrintFields::<b'~'>::MOST {
                    return Err(ErrorCode::INVALID_INPUT);
                }
                let job = self.mailers(form, &[first, &mailer]);
                *waiting = None;
                job
            }
            DocumentType::Only => self.mailers(form, &[&mailer]),
        };
        self.job.replace(Some(job));
        Ok(())
    }

    fn mailers(&self, form: &PrintFormat, mailers: &[&Mailer]) -> Job {
        let mut document = Document::default();
        let line_end = self.appliance().printer().line_end();
        Mailer::print(mailers, form, &self.state().printing.pin_text, line_end, &mut document);
        Job::Print(document)
    }
}
