//! Which LMK a message is under, as the reference manual says it:
#![doc = ""]
#![doc = include_str!("../manual/lmk.md")]

use vault::{Lmk, LmkKind, Token};
use wire::ErrorCode;

use super::{LmkPort, Session};
use crate::{
    Command,
    error::{KEY_BLOCK_LMKS, LMK_IDENTIFIER, LMK_IDENTIFIERS, LMK_SCHEMES},
    fields::LmkId,
};

/// What the key blocks of a message say.
#[derive(Clone, Copy, Default)]
struct InKeyBlocks {
    first: Option<LmkId>,
    differ: bool,
}

impl InKeyBlocks {
    fn of<'a>(request: &impl Command<'a>) -> Self {
        let mut seen = Self::default();
        request.keys(&mut |key| {
            if let Some(id) = Token(key).lmk_id().map(|id| LmkId(id.0)) {
                seen.differ |= *seen.first.get_or_insert(id) != id;
            }
        });
        seen
    }
}

impl<'a> Session<'a> {
    /// Settles the LMK of a message that may name one by `%nn`.
    pub(crate) fn settle<'r>(
        &self,
        request: &impl Command<'r>,
        named: Option<LmkId>,
    ) -> Result<(), ErrorCode> {
        let blocks = InKeyBlocks::of(request);
        let stated = self.stated(named)?;
        let Some(id) = stated.or(blocks.first) else { return Ok(()) };
        self.lmk.set(id);
        let is_variant = self.lmk()?.kind() == LmkKind::Variant;
        match blocks.first {
            Some(_) if is_variant => Err(LMK_SCHEMES.0),
            Some(first) if first != id || (blocks.differ && stated.is_some()) => {
                Err(LMK_IDENTIFIERS.0)
            }
            Some(_) if blocks.differ => Err(KEY_BLOCK_LMKS.0),
            _ => Ok(()),
        }
    }

    /// The LMK that a message names itself, where the port leaves it open.
    pub(crate) fn presumed<'r>(
        &self,
        request: &impl Command<'r>,
        named: Option<LmkId>,
    ) -> Option<LmkId> {
        match self.port {
            LmkPort::Only(_) if self.settings().ensure_lmk_of_port => None,
            LmkPort::Only(_) => named,
            LmkPort::Default => named.or_else(|| InKeyBlocks::of(request).first),
        }
    }

    /// The LMK that port or `%nn` say.
    fn stated(&self, named: Option<LmkId>) -> Result<Option<LmkId>, ErrorCode> {
        match (self.port, named) {
            (LmkPort::Only(port), Some(named)) if port != named.0 => {
                let is_wrong = self.settings().ensure_lmk_of_port;
                if is_wrong { Err(LMK_IDENTIFIER.0) } else { Ok(Some(named)) }
            }
            (LmkPort::Only(port), _) => Ok(Some(LmkId(port))),
            (LmkPort::Default, named) => Ok(named),
        }
    }

    /// Identifier of the message's LMK.
    pub fn lmk_id(&self) -> vault::LmkId {
        vault::LmkId(self.lmk.get().0)
    }

    /// The message's LMK; error 13 where there is none.
    pub fn lmk(&self) -> Result<&'a Lmk, ErrorCode> {
        self.state.lmks.get(self.lmk_id()).ok_or(LMK_IDENTIFIER.0)
    }
}
