//! `FK` Import a ZEK or ZAK.

use crate::prelude::*;

/// Translate a ZEK or ZAK from ZMK to LMK encryption.
///
/// A key without odd parity is refused with error 11 (by a simulator).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FK", reply = "FL", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// Which of the two.
    pub flag: ZoneKeyFlag,
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// ZEK or ZAK under the ZMK.
    pub key: Wrapped<KeyField<'a, ZekOrZak, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The ZEK or ZAK under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZEK or ZAK under the LMK.
    pub key: KeyField<'a, ZekOrZak>,
    /// Check value: 16 digits, or six.
    #[with(request.options.schemes().digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (zmk, options, parity) = (self.zmk, self.options, Parity::Refuse);
        let moved = match self.flag {
            ZoneKeyFlag::Zek => {
                session.bring_in(zmk, Wrapped(self.key.in_role::<Zek>()), options, parity)
            }
            ZoneKeyFlag::Zak => {
                session.bring_in(zmk, Wrapped(self.key.in_role::<Zak>()), options, parity)
            }
        }?;
        Ok(Reply {
            key: moved.text.into(),
            check_value: session.full_check_value(&moved.key, self.options.schemes())?,
        })
    }
}
