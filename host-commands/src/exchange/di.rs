//! `DI` Generate and export a KML.

use crate::prelude::*;

/// Generate and export a KML.
///
/// The ZMK is of double length, whatever the settings say.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DI", reply = "DJ", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, DoubleZmk, 10>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// KML under the ZMK.
    pub sent: KeyField<'a, Kml>,
    /// KML under the LMK.
    pub kept: KeyField<'a, Kml>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let old = vault::Scheme::Untagged;
        let made = session.make_and_send::<Kml, _>(self.zmk, self.options, old)?;
        Ok(Reply {
            sent: made.sent.into(),
            kept: made.kept.into(),
            check_value: session.short_check_value(&made.key),
        })
    }
}
