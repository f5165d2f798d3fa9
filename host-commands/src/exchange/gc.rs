//! `GC` Export a ZPK.

use crate::prelude::*;

/// Translate a ZPK from LMK to ZMK encryption.
///
/// That it needs to be authorised is inferred from the key type.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GC", reply = "GD", evidence = "manual", licence = "legacy")]
#[authorise(Export, "001")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// ZPK under the LMK.
    pub zpk: KeyField<'a, Zpk, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The ZPK under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZPK under the ZMK.
    pub zpk: KeyField<'a, Zpk>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.zmk, self.zpk, self.options)?;
        Ok(Reply {
            zpk: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
