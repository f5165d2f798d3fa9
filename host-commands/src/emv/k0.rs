//! `K0` Decipher the offline counters of a card.

use crypto::emv::Derivation;
use vault::usage::SessionMethod;

use crate::{
    prelude::*,
    session::emv::Card,
};

/// Decipher and verify the offline counters of a card of Mastercard.
///
/// The counters are right if the last byte is `FF`. They are enciphered in one block under the session key
/// of the EMV2000 tree with an initial vector of zeros; both are inferred. With diagnostics authorised,
/// wrong ones are shown as they are.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "K0", reply = "K1", evidence = "manual", licence = "emv-transactions")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// Issuer master key for cryptograms.
    pub mk_ac: KeyField<'a, MkAc, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Shape of the key tree.
    #[error(52)]
    pub tree: TreeShape,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Counters under the session key.
    pub counters: Raw<8>,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Mastercard M/Chip 4.
    #[code("0")]
    Mastercard,
}

/// The counters.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `01` where these are no counters.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// Cumulative amount of offline transactions.
    #[when(code == ErrorCode::NONE)]
    pub amount: Option<Raw<6>>,
    /// Number of consecutive offline transactions.
    #[when(code == ErrorCode::NONE)]
    pub number: Option<Raw<1>>,
    /// What the block holds in place of both, with diagnostics authorised.
    #[when(code != ErrorCode::NONE)]
    #[maybe]
    pub found: Option<Raw<7>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let card = session.card(self.mk_ac, Derivation::formatted(self.pan.0))?;
        let (counter, tree) = (self.atc.0, self.tree.tree());
        let key = card.session(&SessionMethod::Emv2000 { counter, initial: [0; 16], tree })?;
        let clear = key.decipher(self.counters.0).map_err(Card::<10>::refused)?;
        if let [amount @ .., number, 0xFF] = clear {
            let (amount, number) = (Some(Raw(amount)), Some(Raw([number])));
            return Ok(Reply { code: ErrorCode::NONE, amount, number, found: None });
        }
        let [found @ .., _] = clear;
        let found = session.may(Category::Diag, "host").then_some(Raw(found));
        Ok(Reply { code: error::VERIFICATION_FAILED.0, amount: None, number: None, found })
    }
}
