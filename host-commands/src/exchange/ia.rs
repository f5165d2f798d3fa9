//! `IA` Generate a ZPK.

use crate::prelude::*;

/// Generate a ZPK.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "IA", reply = "IB", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZPK under the ZMK.
    pub sent: KeyField<'a, Zpk>,
    /// ZPK under the LMK.
    pub kept: KeyField<'a, Zpk>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let old = vault::Scheme::Z;
        let made = session.make_and_send::<Zpk, _>(self.zmk, self.options, old)?;
        Ok(Reply {
            sent: made.sent.into(),
            kept: made.kept.into(),
            check_value: session.full_check_value(&made.key, self.options.schemes())?,
        })
    }
}
