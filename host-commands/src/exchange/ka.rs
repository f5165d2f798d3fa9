//! `KA` Make a check value of a key of an older type.

use crate::prelude::*;

/// Make the check value of a ZMK of single length, ZPK, TMK, TPK, PVK or TAK.
///
/// Error 27 for a longer ZMK, and the activity that sixteen digits need, as in `BU`, are inferred.
/// Error 21 for another kind of key is by a simulator.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KA", reply = "KB", evidence = "manual", licence = "legacy")]
#[authorise(Generate, kind.type_code(), SchemeOptions::of(options).digits(16) > 6)]
#[setting(!key_type_002_separation, 68)]
pub struct Request<'a> {
    /// Key.
    pub key: KeyField<'a, AnyKey, 10>,
    /// What it is.
    #[error(21)]
    pub kind: Kind,
    /// Kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// What the key is.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// ZMK.
    #[code("00")]
    Zmk,
    /// ZPK.
    #[code("01")]
    Zpk,
    /// TMK, TPK or PVK.
    #[code("02")]
    Terminal,
    /// TAK.
    #[code("03")]
    Tak,
}

/// The check value.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Sixteen digits, or six.
    #[with(SchemeOptions::of(request.options).digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_bare_as(self.key, self.kind.type_code())?;
        if self.kind == Kind::Zmk && key.len() > 8 {
            return Err(error::KEY_LENGTH.0);
        }
        let options = SchemeOptions::of(self.options);
        Ok(Reply { check_value: session.full_check_value(&key, options)? })
    }
}

impl Kind {
    fn type_code(self) -> KeyTypeCode {
        KeyTypeCode(match self {
            Self::Zmk => *b"000",
            Self::Zpk => *b"001",
            Self::Terminal => *b"002",
            Self::Tak => *b"003",
        })
    }
}
