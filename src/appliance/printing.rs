//! What is printed, and in which form: the print format, the words for PINs, and the document that
//! comes of them.

mod document;
mod format;
mod mailer;
mod pin_text;

pub use document::Document;
pub use format::{FormatFault, PrintFormat, Value};
pub use mailer::Mailer;
pub use pin_text::PinText;

use serde::{Deserialize, Serialize};

use crate::printer::PrinterSettings;

/// What the printing commands have loaded.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Printing {
    /// Print format. Source: manual; it is lost when the power is, and with a reset.
    #[serde(skip)]
    pub format: Option<PrintFormat>,
    /// What officers set of the printer.
    pub printer: PrinterSettings,
    /// Words for the digits of PINs. Source: manual; it outlives both.
    pub pin_text: PinText,
}
