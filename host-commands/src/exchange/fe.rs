//! `FE` Export a TMK, TPK or PVK.

use crate::prelude::*;

/// Translate a TMK, TPK or PVK from LMK to ZMK encryption.
///
/// Off while these keys have key types of their own (inferred from `HC`).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FE", reply = "FF", evidence = "manual", licence = "legacy")]
#[authorise(Export, "002")]
#[setting(!key_type_002_separation, 68)]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// Key under the LMK.
    pub key: KeyField<'a, TerminalKey, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The TMK, TPK or PVK under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TMK, TPK or PVK under the ZMK.
    pub key: KeyField<'a, TerminalKey>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.zmk, self.key, self.options)?;
        Ok(Reply {
            key: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
