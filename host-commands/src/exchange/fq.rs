//! `FQ` Export a watchword key.

use crate::prelude::*;

/// Translate a watchword key from LMK to ZMK encryption.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FQ", reply = "FR", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// WWK under the LMK.
    pub wwk: KeyField<'a, Wwk, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The WWK under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// WWK under the ZMK.
    pub wwk: KeyField<'a, Wwk>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.zmk, self.wwk, self.options)?;
        Ok(Reply {
            wwk: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
