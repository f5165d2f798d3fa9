//! `PA` Load a print format.

use appliance::PrintFormat;

use crate::prelude::*;

/// Load the print format of all documents.
///
/// Symbols: `>L` next line, `>F` next page, `>H` tab, `>V` vertical tab, `>nnn` column nnn, `^0` to `^9`
/// and `^A` to `^F` print fields, `^P` to `^W` what the printing command says, `|n` and 2n
/// hexadecimal digits bytes for the printer itself. Everything else is printed as it stands, also
/// what looks like an LMK identifier. Tabs, `^A` to `^F`, that column 001 is the first, and error 15 for
/// other symbols and for more than 299 symbols and constants are inferred. The format is lost when
/// the power is.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "PA", reply = "PB", evidence = "device", licence = "magnetic-stripe-issuing", changes)]
pub struct Request<'a> {
    /// Print format.
    pub format: FormatText<'a>,
}

/// Nothing but the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.load_form(self, |_| Ok(PrintFormat::new(self.format.0))).map(|()| Reply {})
    }
}
