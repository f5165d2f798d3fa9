//! `KS` Verify a data authentication code or a dynamic number.

use crypto::emv::Derivation;

use crate::{
    prelude::*,
    session::emv::{Card, Verdict},
};

/// Verify a data authentication code (DAC) or a dynamic number (DN) of Mastercard.
///
/// With diagnostics authorised, a wrong value is answered with the right one. How the values are made is
/// inferred: a DAC under MK-DAC itself, a DN under a key of the card.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KS", reply = "KT", evidence = "manual", licence = "emv-transactions")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// What to verify.
    #[error(4)]
    pub mode: Mode<'a>,
}

/// What to verify.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum Mode<'a> {
    /// Data authentication code.
    #[code("0")]
    Code(DataAuthentication<'a>),
    /// Dynamic number.
    #[code("1")]
    Number(DynamicNumber<'a>),
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Mastercard.
    #[code("1")]
    Mastercard,
}

/// A data authentication code.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct DataAuthentication<'a> {
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// MK-DAC.
    pub key: KeyField<'a, MkDac, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Data authentication code.
    pub value: Raw<2>,
}

/// A dynamic number.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct DynamicNumber<'a> {
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// MK-DN.
    pub key: KeyField<'a, MkDn, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Dynamic number.
    pub value: Raw<2>,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Unpredictable number.
    pub unpredictable: Raw<4>,
}

/// Verified, or not.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `01` where the value is wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// What the value should be, with diagnostics authorised.
    #[when(code != ErrorCode::NONE)]
    #[maybe]
    pub right: Option<Raw<2>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let verdict = match self.mode {
            Mode::Code(of) => {
                let key = session.open(of.key, Use::Derive)?;
                let right = key.authentication_code(&Derivation::formatted(of.pan.0));
                session.judge(right.map_err(Card::<10>::refused)?, of.value.0)
            }
            Mode::Number(of) => {
                let card = session.card(of.key, Derivation::formatted(of.pan.0))?;
                let right = card.0.dynamic_number(of.atc.0, of.unpredictable.0);
                session.judge(right.map_err(Card::<10>::refused)?, of.value.0)
            }
        };
        Ok(match verdict {
            Verdict::Right => Reply { code: ErrorCode::NONE, right: None },
            Verdict::Wrong(right) => {
                Reply { code: error::VERIFICATION_FAILED.0, right: right.map(Raw) }
            }
        })
    }
}
