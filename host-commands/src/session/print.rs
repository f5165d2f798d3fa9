//! Documents, as commands have them printed.

use appliance::{Document, FormatFault, PrintFormat, State, Value};
use vault::{
    Key, Protection,
    usage::{Stated, Usage},
};
use wire::{ErrorCode, write_hex};

use super::Session;
use crate::{
    Changes,
    error::{NO_PRINT_FORMAT, NO_PRINTER},
    fields::{Attributes, KeyTypeCode, PrintFields, Scheme},
    second::Job,
};

/// A print format, or why it is none.
type Loaded = Result<PrintFormat, FormatFault>;

impl<'a> Session<'a> {
    /// The form that documents have. Ask for it before the work is done.
    ///
    /// # Errors
    /// 18 where none is loaded, 16 where the printer is known not to be ready.
    pub fn form(&self) -> Result<&'a PrintFormat, ErrorCode> {
        let format = self.state().printing.format.as_ref().ok_or(NO_PRINT_FORMAT.0)?;
        if self.appliance().printer().is_ready() { Ok(format) } else { Err(NO_PRINTER.0) }
    }

    /// Puts another print format in place of the one there is.
    ///
    /// # Errors
    /// 15 for one that is none (inferred), those of `change`, and 41.
    pub fn load_form(
        &self,
        request: &impl Changes,
        change: impl FnOnce(Option<&PrintFormat>) -> Result<Loaded, ErrorCode>,
    ) -> Result<(), ErrorCode> {
        self.change(request, |State { printing, .. }| {
            let format = change(printing.format.as_ref())?;
            printing.format = Some(format.map_err(|_| ErrorCode::INVALID_INPUT)?);
            Ok(())
        })
    }

    /// Has a document printed once the command has succeeded.
    pub fn print<const END: u8>(
        &self,
        form: &PrintFormat,
        fields: PrintFields<'_, END>,
        values: &[Value<'_>],
    ) {
        let mut document = Document::default();
        let line_end = self.appliance().printer().line_end();
        form.print(&fields.numbered(), values, line_end, &mut document);
        self.job.replace(Some(Job::Print(document)));
    }

    /// Has a key printed: `^P` is all of it, `^T` its check value.
    pub fn print_key<const END: u8>(
        &self,
        form: &PrintFormat,
        fields: PrintFields<'_, END>,
        key: &Key<impl Usage>,
    ) {
        let mut check_value = [0; 6];
        write_hex(&self.short_check_value(key).0, &mut check_value);
        self.print(form, fields, &[(b'P', key.printed().digits()), (b'T', &check_value)]);
    }

    /// Has a key printed in parts: `^P`, `^Q`, `^R`; `^T` is its check value.
    pub fn print_parts<const END: u8>(
        &self,
        form: &PrintFormat,
        fields: PrintFields<'_, END>,
        key: &Key<impl Usage>,
    ) {
        let mut check_value = [0; 6];
        write_hex(&self.short_check_value(key).0, &mut check_value);
        let printed = key.printed();
        let [first, second, third] = printed.parts();
        let values = [(b'P', first), (b'Q', second), (b'R', third), (b'T', &check_value[..])];
        self.print(form, fields, &values);
    }

    /// Draws a key of a type and scheme under a variant LMK, or with these attributes under a key-block
    /// LMK, and tells how it is protected.
    ///
    /// # Errors
    /// 04, 26, 27, 29; 15 where attributes are missing.
    pub fn draw<'p>(
        &self,
        code: KeyTypeCode,
        scheme: Scheme,
        attributes: Option<Attributes<'p>>,
    ) -> Result<(Key<Stated>, Protection<'p>), ErrorCode> {
        let key_type = self.stated_type(code, |key_type| key_type.generate)?;
        let (size, protection) = self.place(key_type, scheme, attributes)?;
        Ok((self.generate(size)?, protection))
    }
}
