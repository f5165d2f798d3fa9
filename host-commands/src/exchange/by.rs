//! `BY` Import a ZMK.

use crate::prelude::*;

/// Translate a ZMK from encryption under another ZMK to LMK encryption.
///
/// Parity is not asked for, but made odd; code 01 says that it was not. Error 11 for a key of zeros
/// is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BY", reply = "BZ", evidence = "manual")]
#[authorise(Import, "000")]
#[setting(zmk_translate_command, 68)]
#[error(1, "warning: the key did not have odd parity")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the other.
    pub zmki: KeyField<'a, Zmk, 10>,
    /// ZMK under the first.
    pub zmk: Wrapped<KeyField<'a, Zmk, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The ZMK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `01` where the parity was wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// ZMK under the LMK.
    #[with(request.options.schemes().untagged(request.zmk.token))]
    pub zmk: KeyOfLength<'a>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmki, self.zmk, self.options, Parity::Mend)?;
        Ok(Reply {
            code: moved.code,
            zmk: KeyOfLength(moved.text.into()),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
