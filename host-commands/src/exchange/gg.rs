//! `GG` Form a ZMK from three components.

use crate::prelude::*;

/// Form a ZMK from three encrypted components.
///
/// The components are under variant 1 of LMK pair 04-05. The ZMK gets odd parity; error 11 also if
/// it consists of zeros (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GG", reply = "GH", evidence = "manual", licence = "legacy")]
#[authorise(Component, "000")]
pub struct Request<'a> {
    /// First component.
    pub first: KeyField<'a, ZmkComponent, 10>,
    /// Second component.
    pub second: KeyField<'a, ZmkComponent, 11>,
    /// Third component.
    pub third: KeyField<'a, ZmkComponent, 11>,
    /// Scheme and kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The ZMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// ZMK under the LMK.
    #[with(SchemeOptions::of(request.options).untagged(request.first.token))]
    pub zmk: KeyOfLength<'a>,
    /// Check value: 16 digits, or six.
    #[with(SchemeOptions::of(request.options).digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        let first = session.open_bare(self.first, Use::Any)?;
        let others = [self.second, self.third].into_iter();
        let others = others.map(|component| session.open_bare(component, Use::Any));
        let formed = session.form_zmk(first, others, options, self.first.token)?;
        Ok(Reply {
            zmk: KeyOfLength(formed.kept.into()),
            check_value: session.full_check_value(&formed.key, options)?,
        })
    }
}
