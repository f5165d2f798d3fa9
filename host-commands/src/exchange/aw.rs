//! `AW` Import a CVK pair.

use crate::prelude::*;

/// Translate a CVK pair from ZMK to LMK encryption.
///
/// A key without odd parity is refused with error 11.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AW", reply = "AX", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// CVK A and B under the ZMK.
    pub key: Wrapped<KeyField<'a, Cvk, 11>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The CVK pair under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// CVK pair under the LMK.
    pub key: KeyField<'a, Cvk>,
    /// Check values of CVK A and CVK B, or of both as one.
    #[with(request.options.schemes().shows_both())]
    pub check_values: PairCheckValues,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.bring_in(self.zmk, self.key, self.options, Parity::Refuse)?;
        Ok(Reply {
            key: moved.text.into(),
            check_values: session.pair_check_values(&moved.key, self.options.schemes())?,
        })
    }
}
