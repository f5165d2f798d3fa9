//! `FA` Import a ZPK.

use crate::prelude::*;

/// Translate a ZPK from ZMK to LMK encryption.
///
/// Parity is not asked for, but made odd; code 01 says that it was not. A key of zeros is refused
/// with error 11.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FA", reply = "FB", evidence = "manual", licence = "legacy")]
#[error(1, "warning: the key did not have odd parity")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// ZPK under the ZMK.
    pub zpk: Wrapped<KeyField<'a, Zpk, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The ZPK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `01` where the parity was wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// ZPK under the LMK.
    pub zpk: KeyField<'a, Zpk>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.zpk, self.options, Parity::Mend)?;
        Ok(Reply {
            code: moved.code,
            zpk: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
