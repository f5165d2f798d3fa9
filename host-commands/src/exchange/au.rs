//! `AU` Export a CVK pair.

use crate::prelude::*;

/// Translate a CVK pair from LMK to ZMK encryption.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "AU", reply = "AV", evidence = "manual", licence = "legacy")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// CVK A and B under the LMK.
    pub key: KeyField<'a, Cvk, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The CVK pair under the ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// CVK pair under the ZMK.
    pub key: KeyField<'a, Cvk>,
    /// Check values of CVK A and CVK B, or of both as one.
    #[with(request.options.schemes().shows_both())]
    pub check_values: PairCheckValues,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let moved = session.send_out(self.zmk, self.key, self.options)?;
        Ok(Reply {
            key: moved.text.into(),
            check_values: session.pair_check_values(&moved.key, self.options.schemes())?,
        })
    }
}
