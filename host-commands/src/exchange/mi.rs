//! `MI` Import a TAK.

use crate::prelude::*;

/// Translate a TAK from ZMK to LMK encryption.
///
/// A key without odd parity is refused with error 11 (by a simulator).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MI", reply = "MJ", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// TAK under the ZMK.
    pub tak: Wrapped<KeyField<'a, Tak, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The TAK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// TAK under the LMK.
    pub tak: KeyField<'a, Tak>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.tak, self.options, Parity::Refuse)?;
        Ok(Reply {
            tak: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
