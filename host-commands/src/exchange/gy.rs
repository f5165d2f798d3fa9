//! `GY` Form a ZMK from two to nine components.

use bytes::BytesMut;
use nom::{Parser as _, bytes::complete::take, combinator::map_opt};
use wire::{Field, Grammar, Parsed, Scope, read_number};

use crate::prelude::*;

/// Form a ZMK from two to nine encrypted components.
///
/// The components are under variant 1 of LMK pair 04-05; error 10 for the parity of the first, 11
/// for that of the others (by a simulator). The ZMK gets odd parity; error 11 also if it consists of
/// zeros (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GY", reply = "GZ", evidence = "manual", licence = "legacy")]
#[authorise(Component, "000")]
pub struct Request<'a> {
    /// Number of components.
    #[error(3)]
    pub count: ComponentCount,
    /// First component.
    pub first: KeyField<'a, ZmkComponent, 10>,
    /// Other components.
    #[repeat(count.others())]
    pub others: Repeat<'a, KeyField<'a, ZmkComponent, 11>>,
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

/// Number of components of a key, from 2 to 9.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComponentCount(u8);

impl ComponentCount {
    /// All but the first.
    const fn others(self) -> u8 {
        self.0 - 1
    }
}

impl<'a> Field<'a> for ComponentCount {
    const GRAMMAR: Grammar = Grammar::Own("`2` to `9`", &["2", "3", "9"]);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let count = |digit: &[u8]| {
            let count = u8::try_from(read_number(digit, 10)?).ok()?;
            (2..=9).contains(&count).then_some(Self(count))
        };
        map_opt(take(1_usize), count).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        wire::put_decimal(out, self.0.into(), 1);
    }
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        let first = session.open_bare(self.first, Use::Any)?;
        let others = self.others.iter();
        let others = others.map(|component| session.open_bare(component, Use::Any));
        let formed = session.form_zmk(first, others, options, self.first.token)?;
        Ok(Reply {
            zmk: KeyOfLength(formed.kept.into()),
            check_value: session.full_check_value(&formed.key, options)?,
        })
    }
}
