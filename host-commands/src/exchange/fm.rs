//! `FM` Export a ZEK or ZAK.

use crate::prelude::*;

/// Translate a ZEK or ZAK from LMK to ZMK encryption.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FM", reply = "FN", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// Which of the two.
    pub flag: ZoneKeyFlag,
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// ZEK or ZAK under the LMK.
    pub key: KeyField<'a, ZekOrZak, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The ZEK or ZAK under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZEK or ZAK under the ZMK.
    pub key: KeyField<'a, ZekOrZak>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (zmk, key, options) = (self.zmk, self.key, self.options);
        let moved = match self.flag {
            ZoneKeyFlag::Zek => session.send_out(zmk, key.in_role::<Zek>(), options)?,
            ZoneKeyFlag::Zak => session.send_out(zmk, key.in_role::<Zak>(), options)?,
        };
        Ok(Reply {
            key: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
