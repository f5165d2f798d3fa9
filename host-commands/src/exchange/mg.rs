//! `MG` Export a TAK.

use crate::prelude::*;

/// Translate a TAK from LMK to ZMK encryption.
///
/// That it needs to be authorised is inferred from the key type.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MG", reply = "MH", evidence = "manual", licence = "legacy")]
#[authorise(Export, "003")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// TAK under the LMK.
    pub tak: KeyField<'a, Tak, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The TAK under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TAK under the ZMK.
    pub tak: KeyField<'a, Tak>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.zmk, self.tak, self.options)?;
        Ok(Reply {
            tak: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
