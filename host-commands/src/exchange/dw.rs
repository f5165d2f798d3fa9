//! `DW` Import a BDK.

use crate::prelude::*;

/// Translate a BDK from ZMK to LMK encryption.
///
/// The ZMK is of double length, whatever the settings say. A BDK without odd parity is refused with
/// error 11.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "DW", reply = "DX", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, DoubleZmk, 10>,
    /// BDK under the ZMK.
    pub bdk: Wrapped<KeyField<'a, Bdk, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The BDK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// BDK under the LMK.
    pub bdk: KeyField<'a, Bdk>,
    /// Check value: eight digits, or six.
    #[with(request.options.schemes().digits(8))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.bdk, self.options, Parity::Refuse)?;
        Ok(Reply {
            bdk: moved.text.into(),
            check_value: session.check_value(&moved.key, self.options.schemes().digits(8)),
        })
    }
}
