//! `B0` Translate a key to another scheme.

use vault::Protection;

use crate::prelude::*;

/// Translate a key under the LMK to another key scheme.
///
/// From the old forms, 32H, `X` and `Y`, to `U` and `T`; any other way where the length stays the
/// same. The name of the activity is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "B0", reply = "B1", evidence = "manual")]
#[authorise(Command, "b0")]
#[errors(KEY_TYPE_CODE)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// Key, 32H without a scheme.
    #[with(KeyLength::Double)]
    pub key: KeyOfLength<'a>,
    /// Scheme that it will have.
    #[error(26)]
    pub scheme: Scheme,
}

/// The key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key in its new scheme.
    pub key: KeyField<'a, AnyKey>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let key = session.open_bare_as(self.key.0, self.key_type)?;
        let key_type = self.key_type.known(session.key_types()).ok_or(error::KEY_TYPE_CODE.0)?;
        let scheme = self.scheme.of_parts().ok_or(error::KEY_SCHEME.0)?;
        let protection = Protection::Variant { key_type, scheme };
        Ok(Reply { key: session.seal(&key, &protection)?.into() })
    }
}
