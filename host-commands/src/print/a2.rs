//! `A2` Generate a component and print it.

use crate::prelude::*;

/// Generate a key component and print it.
///
/// In the print format `^P` is the component and `^T` its check value (inferred). Under a variant LMK a
/// component of a ZMK is under variant 1 of LMK pair 04-05; that of another key is protected as a key of
/// its type is (inferred). Under a key-block LMK the attributes behind `#` are mandatory, with the number
/// of the component as key version number (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "A2", reply = "A3", print = "AZ", evidence = "manual")]
#[authorise(Genprint, key_type)]
#[errors(KEY_TYPE_CODE, KEY_LENGTH, KEY_FUNCTION, STRONGER_LMK)]
pub struct Request<'a> {
    /// Type of the key that the component is for.
    pub key_type: KeyTypeCode,
    /// Whether to return a check value; not without this field.
    #[maybe]
    pub check: Option<CheckFlag>,
    /// Scheme of the component under the LMK.
    #[error(26)]
    pub scheme: Scheme,
    /// Fields to print.
    pub fields: PrintFields<'a>,
    /// Behind the fields, where anything follows.
    #[maybe]
    pub delimiter: Option<Mark<b'~'>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block under the LMK.
    #[when(scheme in ["S"])]
    #[after("#")]
    pub header: Option<ComponentHeader<'a>>,
}

/// Whether to return a check value.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CheckFlag {
    /// No.
    #[code("1")]
    Omit,
    /// Yes.
    #[code("2")]
    Return,
}

/// The component; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Component under the LMK.
    pub component: KeyField<'a, AnyKey>,
    /// Check value of the component.
    #[when(request.check == Some(CheckFlag::Return))]
    pub check_value: Option<Hex<3>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let form = session.form()?;
        let attributes = self.header.map(|header| header.attributes()).transpose()?;
        let key_type = match &self.key_type.0 {
            b"000" => KeyTypeCode(*b"100"),
            _ => self.key_type,
        };
        let (component, protection) = session.draw(key_type, self.scheme, attributes)?;
        session.print_key(form, self.fields, &component);
        let returned = self.check == Some(CheckFlag::Return);
        Ok(Reply {
            component: session.seal(&component, &protection)?.into(),
            check_value: returned.then(|| session.short_check_value(&component)),
        })
    }
}
