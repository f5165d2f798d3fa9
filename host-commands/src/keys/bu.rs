//! `BU` Make a check value.

use crate::prelude::*;

/// Make the check value of a key.
///
/// Six of sixteen digits are shown and ten zeros, where the settings restrict check values. A key
/// block may hold a component, too (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BU", reply = "BV", evidence = "device")]
#[authorise(Generate, self.type_code(), self.digits() > 6)]
#[errors(KEY_TYPE_CODE, KEY_LENGTH_FLAG)]
pub struct Request<'a> {
    /// LMK pair of the key, or `FF` where the type is stated below.
    pub pair: PairCode,
    /// Length of the key. Error 05 also where the key has another (inferred).
    #[error(5)]
    pub length: KeyLength,
    /// Key.
    #[with(length)]
    pub key: KeyOfLength<'a>,
    /// Type of the key.
    #[maybe]
    #[with(pair)]
    pub key_type: Option<StatedType>,
    /// Kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// The check value.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Sixteen digits, or six.
    #[with(request.digits())]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_any(self.key.0, self.type_code())?;
        if !self.length.fits(key.len(), self.key.0.is_block()) {
            return Err(error::KEY_LENGTH_FLAG.0);
        }
        Ok(Reply { check_value: session.check_value(&key, self.digits()) })
    }
}

impl Request<'_> {
    fn type_code(&self) -> KeyTypeCode {
        self.pair.type_code(self.key_type)
    }

    fn digits(&self) -> usize {
        match self.options {
            Some(SchemeOptions { check_value: CheckValueKind::Six, .. }) => 6,
            _ => 16,
        }
    }
}
