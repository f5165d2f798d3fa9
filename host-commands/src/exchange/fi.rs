//! `FI` Generate a ZEK or ZAK.

use crate::prelude::*;

/// Generate a ZEK or ZAK.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FI", reply = "FJ", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// Which of the two.
    pub flag: ZoneKeyFlag,
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZEK or ZAK under the ZMK.
    pub sent: KeyField<'a, ZekOrZak>,
    /// ZEK or ZAK under the LMK.
    pub kept: KeyField<'a, ZekOrZak>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (zmk, options, old) = (self.zmk, self.options, vault::Scheme::Z);
        let made = match self.flag {
            ZoneKeyFlag::Zek => session.make_and_send::<Zek, _>(zmk, options, old),
            ZoneKeyFlag::Zak => session.make_and_send::<Zak, _>(zmk, options, old),
        }?;
        Ok(Reply {
            sent: made.sent.into(),
            kept: made.kept.into(),
            check_value: session.full_check_value(&made.key, self.options.schemes())?,
        })
    }
}
