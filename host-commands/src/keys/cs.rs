//! `CS` Change what a key block says of its key.

use vault::{
    Protection,
    key_block::{KeyBlock, narrow::Changeable},
};

use crate::prelude::*;

/// Change what a key block says of its key.
///
/// Only such that no more may be done than before: error B9 otherwise, B8 if the old value is not the
/// one in the key block, BA if it has no status. The letters of the change field are not public; these
/// are our own choice, and so is what counts as less. Where a start or an end of validity is not said
/// yet, the old value is empty.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CS", reply = "CT", evidence = "inferred")]
#[errors(OLD_VALUE, NEW_VALUE, NO_STATUS_BLOCK)]
pub struct Request<'a> {
    /// Key.
    pub key: KeyField<'a, AnyKey, 10>,
    /// What to change.
    #[error("B7")]
    pub field: ChangeField,
    /// Old value.
    #[ends(';')]
    #[error("B8")]
    pub old: Until<'a, b';'>,
    /// New value.
    #[with(Changeable::from(field).length())]
    #[error("B9")]
    pub new: RawRun<'a>,
}

/// What to change.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum ChangeField {
    /// Key usage, to one that is a part of it: `P0` to `71` or `72`.
    #[code("U")]
    Usage,
    /// Mode of use, to one that is a part of it: `N` to any that goes with the usage, `B` to `D` or `E`,
    /// `C` to `G` or `V`.
    #[code("M")]
    Mode,
    /// Key version number, to a higher one.
    #[code("V")]
    Version,
    /// Exportability, from `S` to `E` to `N`.
    #[code("E")]
    Exportability,
    /// Status, to `E` expired or `R` revoked.
    #[code("S")]
    Status,
    /// Start of validity, to a later one: `YYYY:MM:DD:HH`.
    #[code("F")]
    From,
    /// End of validity, to an earlier one: `YYYY:MM:DD:HH`.
    #[code("T")]
    To,
}

impl From<ChangeField> for Changeable {
    fn from(field: ChangeField) -> Self {
        match field {
            ChangeField::Usage => Self::Usage,
            ChangeField::Mode => Self::Mode,
            ChangeField::Version => Self::Version,
            ChangeField::Exportability => Self::Exportability,
            ChangeField::Status => Self::Status,
            ChangeField::From => Self::Start,
            ChangeField::To => Self::End,
        }
    }
}

/// The key block.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key.
    pub key: KeyField<'a, AnyKey>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if !self.key.is_block() {
            return Err(error::LMK_SCHEMES.0);
        }
        let key = session.open_any(self.key, KeyTypeCode::IN_KEY_BLOCK)?;
        let text = self.key.token.block().ok_or(error::LMK_SCHEMES.0)?;
        let KeyBlock { header, optional, .. } =
            KeyBlock::parse(text).map_err(error::refused_outright)?;
        let changed = session.scratch().take(Changeable::room(optional))?;
        let (header, optional) = Changeable::from(self.field)
            .change(&header, optional, [self.old.0, self.new.0], changed)
            .map_err(error::refused_outright)?;
        let protection = Protection::KeyBlock { header, optional };
        Ok(Reply { key: session.seal(&key, &protection)?.into() })
    }
}
