//! `FS` Import a watchword key.

use crate::prelude::*;

/// Translate a watchword key from ZMK to LMK encryption.
///
/// A key of zeros is refused with error 11. That parity is mended with code 01, as in `FA`, is
/// inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FS", reply = "FT", evidence = "manual", licence = "legacy")]
#[error(1, "warning: the key did not have odd parity")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// WWK under the ZMK.
    pub wwk: Wrapped<KeyField<'a, Wwk, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The WWK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `01` where the parity was wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// WWK under the LMK.
    pub wwk: KeyField<'a, Wwk>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.wwk, self.options, Parity::Mend)?;
        Ok(Reply {
            code: moved.code,
            wwk: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
