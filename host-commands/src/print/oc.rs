//! `OC` Generate a ZMK component and print it.

use appliance::ZmkLength;

use crate::prelude::*;

/// Generate a ZMK component and print it.
///
/// In the print format `^P` is the component and `^T` its check value (inferred). Without options the
/// component is as long as the settings say that a ZMK is, and has no scheme tag.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "OC", reply = "OD", print = "OZ", evidence = "manual", licence = "legacy")]
#[authorise(Genprint, KeyTypeCode(*b"000"))]
#[errors(KEY_LENGTH, KEY_SCHEME)]
pub struct Request<'a> {
    /// Fields to print.
    pub fields: PrintFields<'a, b'|'>,
    /// Scheme under the LMK, and kind of check value.
    #[after("|")]
    pub options: Option<SchemeOptions>,
    /// Behind the fields, where an LMK follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
}

/// The component; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Component under variant 1 of LMK pair 04-05.
    #[with(request.length(scope.double_zmk))]
    pub component: KeyOfLength<'a>,
    /// Check value: 16 digits, or six.
    #[with(SchemeOptions::of(request.options).digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let form = session.form()?;
        let options = SchemeOptions::of(self.options);
        let old = match session.settings().zmk_length {
            ZmkLength::Single => vault::Scheme::Z,
            ZmkLength::Double => vault::Scheme::Untagged,
        };
        let made = session.make::<ZmkComponent>(options, old)?;
        session.print_key(form, self.fields, &made.key);
        Ok(Reply {
            component: KeyOfLength(made.kept.into()),
            check_value: session.full_check_value(&made.key, options)?,
        })
    }
}

impl Request<'_> {
    /// Length of a component without a scheme tag.
    fn length(&self, double_zmk: bool) -> KeyLength {
        let old = SchemeOptions::of(self.options).lmk == Scheme::None;
        if old && double_zmk { KeyLength::Double } else { KeyLength::Single }
    }
}
