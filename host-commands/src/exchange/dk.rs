//! `DK` Import a KML.

use crate::prelude::*;

/// Translate a KML from ZMK to LMK encryption.
///
/// The ZMK is of double length, whatever the settings say. A KML without odd parity is refused with
/// error 11.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DK", reply = "DL", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, DoubleZmk, 10>,
    /// KML under the ZMK.
    pub kml: Wrapped<KeyField<'a, Kml, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The KML under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// KML under the LMK.
    pub kml: KeyField<'a, Kml>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.kml, self.options, Parity::Refuse)?;
        Ok(Reply {
            kml: moved.text.into(),
            check_value: session.short_check_value(&moved.key),
        })
    }
}
