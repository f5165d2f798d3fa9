//! `BW` Move a key to the new LMK, and to another key type.

use appliance::Settings;
use vault::Expected;

use crate::prelude::*;

/// Key types that a key of type 002 may become with pair code `F2`: TPK, TMK, TKR.
const DESTINATIONS: [[u8; 3]; 3] = [*b"70D", *b"80D", *b"90D"];

/// Translate a key from the old LMK to the new one, and to another key type if wanted.
///
/// One of the two LMKs is in use, the other in key change storage. From a variant LMK to a key-block LMK the
/// attributes behind `#` are mandatory (error 15 without them is inferred, and so is that any
/// exportability may be said); between key-block LMKs a key keeps its attributes. Pair code `F2` moves a
/// key from type 002 to the stated one, 70D, 80D or 90D (which ones is inferred), and needs the setting that
/// separates these types.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BW", reply = "BX", evidence = "device")]
#[errors(
    KEY_TYPE_CODE,
    KEY_LENGTH_FLAG,
    KEY_CHANGE_STORAGE,
    MIGRATION,
    MIGRATION_TYPE,
    STRONGER_LMK
)]
pub struct Request<'a> {
    /// LMK pair of the key; `FF` where the type is stated below; `F2` to move it there from 002.
    pub pair: PairCode,
    /// Length of the key. Error 05 also where the key has another (inferred).
    #[error(5)]
    pub length: KeyLength,
    /// Key under the old LMK.
    #[with(length)]
    pub key: KeyOfLength<'a>,
    /// Type of the key, or the one that it moves to.
    #[maybe]
    #[with(pair)]
    pub key_type: Option<StatedType>,
    /// Scheme under the new LMK; without it, or with `0`, the one that the key has, or `S`.
    #[after(";")]
    pub options: Option<SchemeOptions>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block around a key that was in none.
    #[when(!length in ["F"])]
    #[after("#")]
    pub header: Option<ForeignHeader<'a>>,
    /// Whether to return a check value.
    #[after("!")]
    pub check_value: Option<Wanted>,
}

/// Whether to return a check value, and which.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Wanted {
    /// Whether to return one.
    pub whether: Whether,
    /// Which one.
    pub kind: Kind,
}

/// Whether to return a check value.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Whether {
    /// No.
    #[code("0")]
    No,
    /// Yes.
    #[code("1")]
    Yes,
}

/// Kind of check value.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Sixteen digits, ten of them zeros where the settings restrict check values.
    #[code("0")]
    Sixteen,
    /// Six digits.
    #[code("1")]
    Six,
}

/// The key under the new LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the new LMK.
    #[with(request.length)]
    pub key: KeyOfLength<'a>,
    /// Check value.
    #[when(request.digits().is_some())]
    #[with(request.digits().unwrap_or_default())]
    pub check_value: Option<CheckValue>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let types = session.key_types();
        let [from, to] = self.type_codes(session.settings())?.map(|code| code.known(types));
        let key = self.key.0;
        if from.is_none() && !key.is_block() {
            return Err(error::KEY_TYPE_CODE.0);
        }
        let expected = Expected {
            component: key.token.is_component(),
            ..Expected::of_type::<AnyKey>(from, Use::Any, session.policy())
        };
        let scheme = self.options.map_or(Scheme::None, |options| options.lmk);
        let arrival = Arrival { key_type: to, scheme, header: self.header };
        let (opened, token) = session.migrate(key, &expected, &arrival)?;
        if !self.length.fits(opened.len(), key.is_block()) {
            return Err(error::KEY_LENGTH_FLAG.0);
        }
        Ok(Reply {
            key: KeyOfLength(token.into()),
            check_value: self.digits().map(|digits| session.check_value(&opened, digits)),
        })
    }
}

impl Request<'_> {
    /// Digits of the check value, if one is wanted.
    fn digits(&self) -> Option<usize> {
        match self.check_value {
            Some(Wanted { whether: Whether::Yes, kind: Kind::Sixteen }) => Some(16),
            Some(Wanted { whether: Whether::Yes, kind: Kind::Six }) => Some(6),
            _ => None,
        }
    }

    /// Types under the old and the new LMK; errors 44 and 45.
    fn type_codes(&self, settings: &Settings) -> Result<[KeyTypeCode; 2], ErrorCode> {
        let stated = self.pair.type_code(self.key_type);
        if self.pair.0 != *b"F2" {
            return Ok([stated; 2]);
        }
        if self.key.0.is_block() || !settings.key_type_002_separation {
            return Err(error::MIGRATION.0);
        }
        if !DESTINATIONS.contains(&stated.0) {
            return Err(error::MIGRATION_TYPE.0);
        }
        Ok([KeyTypeCode(*b"002"), stated])
    }
}
