//! `KQ` Verify a cryptogram and answer it.

use crypto::{emv::Derivation, mac::Padding};
use vault::usage::SessionMethod;

use crate::{
    prelude::*,
    session::emv::{Verdict, emv_fault},
};

/// Verify an ARQC and make an ARPC (card keys, or Mastercard session keys).
///
/// With diagnostics authorised, a wrong ARQC is answered with the right one. Data that are no whole
/// number of blocks get zeros; the host adds `80` where its scheme wants it. The ARPC of scheme 1
/// is made with the card key (simulator), scheme 2 works as scheme 0 and the discretionary MAC is
/// made with the Visa script session key (both inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KQ", reply = "KR", evidence = "device", licence = "emv-transactions")]
#[errors(VERIFICATION_FAILED)]
#[error(3, "mode does not go with the scheme")]
#[error(6, "discretionary MAC is wrong")]
#[error(81, "no transaction data")]
#[error(82, "discretionary MAC length")]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// Issuer master key for cryptograms.
    pub mk_ac: KeyField<'a, MkAc, 10>,
    /// Issuer master key for integrity.
    #[when(mode in ["3", "4"])]
    pub mk_smi: Option<KeyField<'a, MkSmi, 11>>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Unpredictable number.
    pub unpredictable: Raw<4>,
    /// Transaction data, padded by the host where the scheme wants it.
    #[when(!mode in ["2"])]
    #[ends(';')]
    pub data: Option<Counted2H<'a>>,
    /// ARQC.
    pub arqc: Raw<8>,
    /// Authorisation response code.
    #[when(mode in ["1", "2", "4"])]
    pub arc: Option<Raw<2>>,
    /// Discretionary MAC.
    #[when(mode in ["3", "4"])]
    pub discretionary_mac: Option<Raw<4>>,
    /// Data under that MAC.
    #[when(mode in ["3", "4"])]
    pub discretionary_data: Option<Counted2H<'a>>,
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
    /// Verify, also the discretionary MAC.
    #[code("3")]
    VerifyBoth,
    /// Verify, also the discretionary MAC, and answer.
    #[code("4")]
    VerifyBothAndAnswer,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Visa VIS.
    #[code("0")]
    Visa,
    /// Mastercard M/Chip.
    #[code("1")]
    Mastercard,
    /// American Express AEIPS.
    #[code("2")]
    Amex,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        if self.discretionary_mac.is_some() && self.scheme != Scheme::Visa {
            return Err(ErrorCode::new(3));
        }
        let (counter, block) = (self.atc.0, Derivation::formatted(self.pan.0));
        let card = session.card(self.mk_ac, block)?;
        let method = match self.scheme {
            Scheme::Visa | Scheme::Amex => SessionMethod::CardKey,
            Scheme::Mastercard => {
                SessionMethod::Mastercard { counter, unpredictable: self.unpredictable.0 }
            }
        };
        if let Some(Counted(data)) = self.data {
            let key = card.session(&method)?;
            let verdict = session.verify_cryptogram(&key, data, Padding::Zeros, self.arqc.0)?;
            if let Verdict::Wrong(right) = verdict {
                let code = error::VERIFICATION_FAILED.0;
                return Ok(Reply { code, answer: Answer::wrong(right) });
            }
        }
        if let (Some(mk_smi), Some(mac), Some(Counted(data))) =
            (self.mk_smi, self.discretionary_mac, self.discretionary_data)
        {
            let key = session.card(mk_smi, block)?.session(&SessionMethod::VisaScript { counter })?;
            let right = key.cryptogram(data, Padding::Zeros).map_err(emv_fault)?;
            if !crypto::equal(&right[..mac.0.len()], &mac.0) {
                return Err(ErrorCode::new(6));
            }
        }
        let arpc = match self.arc {
            Some(Raw(arc)) => {
                let key = card.session(&SessionMethod::CardKey)?;
                Some(key.arpc_1(self.arqc.0, arc).map_err(emv_fault)?)
            }
            None => None,
        };
        Ok(Reply { code: ErrorCode::NONE, answer: Answer::right(arpc) })
    }
}
