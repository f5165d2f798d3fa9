//! `NE` Generate a key and print it in parts.

use crate::prelude::*;

/// Generate a key and print it as split components.
///
/// In the print format `^P`, `^Q` and `^R` are the parts: the two halves of a single-length key, the
/// keys of a longer one. `^T` is the check value. Under a key-block LMK the attributes behind `#` are
/// mandatory, and an AES key of 256 bits has two halves (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NE", reply = "NF", print = "NZ", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[authorise(Genprint, key_type)]
#[errors(KEY_TYPE_CODE, KEY_LENGTH, KEY_FUNCTION, STRONGER_LMK)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// Scheme of the key under the LMK.
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
    pub header: Option<KeyBlockHeader<'a>>,
}

/// The key; whether it was printed follows.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let form = session.form()?;
        let attributes = self.header.map(|header| header.attributes()).transpose()?;
        let (key, protection) = session.draw(self.key_type, self.scheme, attributes)?;
        session.print_parts(form, self.fields, &key);
        Ok(Reply {
            key: session.seal(&key, &protection)?.into(),
            check_value: session.short_check_value(&key),
        })
    }
}
