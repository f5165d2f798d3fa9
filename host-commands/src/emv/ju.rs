//! `JU` Protect a script to a card of UnionPay.

use crypto::emv::Derivation;
use vault::usage::SessionMethod;

use crate::{prelude::*, session::emv::emv_fault};

/// Protect a script to a card by a MAC (UnionPay).
///
/// The layout rests on an open proxy that cites a manual; the values of the padding flag are inferred. Error
/// 04 for modes 1 to 4, confidential data and new PINs: no layout of them is public.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JU", reply = "JV", evidence = "simulator", licence = "legacy")]
#[errors(DATA_LENGTH)]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme.
    #[error(5)]
    pub scheme: UnionPayScheme,
    /// Issuer master key for integrity.
    pub mk_smi: KeyField<'a, MkSmi, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Who pads the message.
    pub padded: Padded,
    /// Message: the command to the card, and what the MAC covers beside it.
    #[ends(';')]
    pub message: Counted4H<'a>,
}

/// What protects the script.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// MAC, of which the card gets the first four bytes.
    pub mac: Raw<8>,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Integrity.
    #[code("0")]
    Integrity,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let card = session.card(self.mk_smi, Derivation::formatted(self.pan.0))?;
        let key = card.session(&SessionMethod::UnionPay { counter: self.atc.0 })?;
        let mac = key.cryptogram(self.message.0, self.padded.padding()).map_err(emv_fault)?;
        Ok(Reply { mac: Raw(mac) })
    }
}
