//! `JS` Verify a cryptogram of UnionPay and answer it.

use crypto::{emv::Derivation, mac::Padding};
use vault::usage::SessionMethod;

use crate::{
    prelude::*,
    session::emv::{Verdict, emv_fault},
};

/// Verify an ARQC and make an ARPC (UnionPay).
///
/// With diagnostics authorised, a wrong ARQC is answered with the right one. The layout rests on an open
/// proxy that cites a manual, the session key on a published example; the values of the padding flag are
/// inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JS", reply = "JT", evidence = "simulator", licence = "legacy")]
#[errors(VERIFICATION_FAILED, DATA_LENGTH)]
#[error(81, "no transaction data")]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme.
    #[error(5)]
    pub scheme: UnionPayScheme,
    /// Issuer master key for cryptograms.
    pub mk_ac: KeyField<'a, MkAc, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Who pads the data.
    #[when(!mode in ["2"])]
    pub padded: Option<Padded>,
    /// Transaction data.
    #[when(!mode in ["2"])]
    #[ends(';')]
    pub data: Option<Counted2H<'a>>,
    /// ARQC.
    pub arqc: Raw<8>,
    /// Authorisation response code.
    #[when(mode in ["1", "2"])]
    pub arc: Option<Raw<2>>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `01` where the ARQC is wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// The answer, or what the ARQC should be.
    #[with(Outcome::of(code, request.arc.is_some()))]
    pub answer: Answer,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Verify.
    #[code("0")]
    Verify,
    /// Verify and answer.
    #[code("1")]
    VerifyAndAnswer,
    /// Answer.
    #[code("2")]
    Answer,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (card, came) = (Derivation::formatted(self.pan.0), self.arqc.0);
        let key = session
            .card(self.mk_ac, card)?
            .session(&SessionMethod::UnionPay { counter: self.atc.0 })?;
        if let Some(Counted(data)) = self.data {
            let padding = self.padded.map_or(Padding::Zeros, Padded::padding);
            if let Verdict::Wrong(right) = session.verify_cryptogram(&key, data, padding, came)? {
                let code = error::VERIFICATION_FAILED.0;
                return Ok(Reply { code, answer: Answer::wrong(right) });
            }
        }
        let arpc = self.arc.map(|Raw(response)| key.arpc_1(came, response)).transpose();
        let answer = Answer::right(arpc.map_err(emv_fault)?);
        Ok(Reply { code: ErrorCode::NONE, answer })
    }
}
