//! `FG` Generate a pair of PVKs.

use crate::prelude::*;

/// Generate a pair of PVKs.
///
/// Without key schemes these are two keys of single length, each with a check value of 16 digits
/// (kind 0) or six (kind 2). With key schemes it is one key of the length that they ask for, with a
/// check value of six digits (kind 1). That other combinations answer 15, and where the second key
/// stands, is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FG", reply = "FH", evidence = "manual", licence = "legacy")]
#[authorise(Export, "002")]
#[errors(KEY_FUNCTION)]
pub struct Request<'a> {
    /// ZMK that will carry the keys.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// The new keys.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// First PVK under the LMK.
    pub first_kept: KeyField<'a, Pvk>,
    /// First PVK under the ZMK.
    pub first_sent: KeyField<'a, Pvk>,
    /// Second PVK under the LMK.
    #[when(request.makes_two())]
    pub second_kept: Option<KeyField<'a, Pvk>>,
    /// Second PVK under the ZMK.
    #[when(request.makes_two())]
    pub second_sent: Option<KeyField<'a, Pvk>>,
    /// Check value of the first PVK.
    #[with(request.digits())]
    pub first_check_value: CheckValue,
    /// Check value of the second PVK.
    #[when(request.makes_two())]
    #[with(request.digits())]
    pub second_check_value: Option<CheckValue>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let is_six = self.options.schemes().check_value == CheckValueKind::Six;
        if is_six == self.makes_two() {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let make =
            || session.make_and_send::<Pvk, _>(self.zmk, self.options, vault::Scheme::Z);
        let first = make()?;
        let second = if self.makes_two() { Some(make()?) } else { None };
        let check_value = |key| session.check_value(key, self.digits());
        Ok(Reply {
            first_kept: first.kept.into(),
            first_sent: first.sent.into(),
            second_kept: second.as_ref().map(|second| second.kept.into()),
            second_sent: second.as_ref().map(|second| second.sent.into()),
            first_check_value: check_value(&first.key),
            second_check_value: second.as_ref().map(|second| check_value(&second.key)),
        })
    }
}

impl Request<'_> {
    /// Whether the keys are as they were before there were key schemes.
    fn makes_two(&self) -> bool {
        matches!(self.options.schemes().lmk, Scheme::None | Scheme::Single)
    }

    fn digits(&self) -> usize {
        match self.options.schemes().check_value {
            CheckValueKind::Compatible => 16,
            CheckValueKind::Six | CheckValueKind::Special => 6,
        }
    }
}
