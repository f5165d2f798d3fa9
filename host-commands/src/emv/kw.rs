//! `KW` Verify a cryptogram and answer it, with session keys of EMV.

use crypto::{emv::DerivationC, mac::Padding};
use vault::usage::SessionMethod;

use crate::{
    prelude::*,
    session::emv::{Card, Verdict, emv_fault},
};

/// Verify an ARQC and make an ARPC (session keys of EMV).
///
/// With diagnostics authorised, a wrong ARQC is answered with the right one. Data that are no whole
/// number of blocks get zeros; the host adds `80` where its scheme wants it, but for UnionPay, where a
/// flag says who does. The answer of method 2 is the ARPC, four bytes, and the card status update, as a
/// client of newer devices has it, too.
/// Inferred are schemes A, B and C, that method 1 uses the session key, and what modes 5 and 6 do, of
/// which that client knows the layout alone; the session key of UnionPay is that of a published example.
/// Scheme 5 is as an open proxy cites a manual. Scheme 9, option C, takes an AES key in a key block (error
/// A7 for a DES key there, 27 under a variant LMK); the client knows its layout, EMV its keys and
/// cryptograms. Inferred there are what fills a block of method 1 (zeros), that CMAC gets the data as they
/// come, and that the account field may be anything up to a block. Error 05 for other schemes of cards in
/// the cloud (4, 6, 7, 8), of which neither keys nor the whole layout are public.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KW", reply = "KX", evidence = "device", licence = "emv-transactions")]
#[errors(VERIFICATION_FAILED, DATA_LENGTH)]
#[error(81, "no transaction data")]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme: how keys are derived.
    #[error(5)]
    pub scheme: Scheme,
    /// Issuer master key for cryptograms.
    pub mk_ac: KeyField<'a, MkAc, 10>,
    /// Initial vector of the key tree: IV-AC.
    #[when(scheme in ["0", "1"])]
    pub initial: Option<Raw<16>>,
    /// Option A: rightmost sixteen digits of account number and sequence number.
    #[when(!scheme in ["1", "3", "9"])]
    pub pan: Option<Raw<8>>,
    /// Options B and C: account number and sequence number, two digits in a byte, zeros in front.
    #[when(scheme in ["1", "3", "9"])]
    #[ends(';')]
    pub account: Option<Counted2N<'a>>,
    /// Shape of the key tree.
    #[when(scheme in ["0", "1"])]
    #[error(52)]
    pub tree: Option<TreeShape>,
    /// Application transaction counter.
    #[when(!scheme in ["A"])]
    pub atc: Option<Raw<2>>,
    /// Who pads the data.
    #[when(mode.verifies() && scheme == Scheme::UnionPay)]
    pub padded: Option<Padded>,
    /// Transaction data.
    #[when(mode in ["0", "1", "3", "5"])]
    #[ends(';')]
    pub data: Option<Counted2H<'a>>,
    /// ARQC.
    pub arqc: Raw<8>,
    /// Authorisation response code.
    #[when(mode in ["1", "2"])]
    pub arc: Option<Raw<2>>,
    /// Card status update.
    #[when(mode in ["3", "4", "5", "6"])]
    pub status: Option<Raw<4>>,
    /// Proprietary authentication data: up to eight bytes.
    #[when(mode in ["3", "4", "5", "6"])]
    pub proprietary: Option<Counted1H<'a>>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `01` where the ARQC is wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// The answer, or what the ARQC should be.
    #[with(Outcome::of(code, request.answers()))]
    pub answer: Answer,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Verify.
    #[code("0")]
    Verify,
    /// Verify and answer by method 1.
    #[code("1")]
    VerifyAndAnswer,
    /// Answer by method 1.
    #[code("2")]
    Answer,
    /// Verify and answer by method 2.
    #[code("3")]
    VerifyAndUpdate,
    /// Answer by method 2.
    #[code("4")]
    Update,
    /// Verify and answer by method 2, as mode 3.
    #[code("5")]
    VerifyAndUpdateAnew,
    /// Answer by method 2, as mode 4.
    #[code("6")]
    UpdateAnew,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Option A, key tree of EMV2000.
    #[code("0")]
    TreeA,
    /// Option B, key tree of EMV2000.
    #[code("1")]
    TreeB,
    /// Option A, common session key of EMV: CVN 18, M/Chip 4, CCD.
    #[code("2")]
    CommonA,
    /// Option B, common session key of EMV.
    #[code("3")]
    CommonB,
    /// Mastercard cards in the cloud: option A, common session key of EMV.
    #[code("5")]
    MastercardCloud,
    /// Option C, common session key of EMV, with AES.
    #[code("9")]
    CommonC,
    /// JCB, CVN 01: the key of the card.
    #[code("A")]
    Jcb01,
    /// JCB, CVN 04: common session key of EMV.
    #[code("B")]
    Jcb04,
    /// UnionPay.
    #[code("C")]
    UnionPay,
}

impl Mode {
    fn verifies(self) -> bool {
        !matches!(self, Self::Answer | Self::Update | Self::UpdateAnew)
    }
}

impl Request<'_> {
    fn answers(&self) -> bool {
        self.mode != Mode::Verify
    }

    fn card(&self, session: &Session<'_>) -> Result<Card<10>, ErrorCode> {
        match (self.scheme, self.account) {
            (Scheme::CommonC, Some(Counted(digits))) => {
                let block = DerivationC::packed(digits).ok_or(ErrorCode::INVALID_INPUT)?;
                session.card_c(self.mk_ac.in_role(), block)
            }
            _ => session.card(self.mk_ac, card_block(self.pan, self.account)?),
        }
    }

    fn method(&self) -> SessionMethod {
        let counter = self.atc.map_or([0; 2], |atc| atc.0);
        match (self.scheme, self.initial, self.tree) {
            (_, Some(Raw(initial)), Some(shape)) => {
                SessionMethod::Emv2000 { counter, initial, tree: shape.tree() }
            }
            (Scheme::Jcb01, ..) => SessionMethod::CardKey,
            (Scheme::UnionPay, ..) => SessionMethod::UnionPay { counter },
            _ => SessionMethod::Common { counter },
        }
    }
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let card = self.card(session)?;
        let (key, came) = (card.session(&self.method())?, self.arqc.0);
        if let Some(Counted(data)) = self.data {
            let padding = self.padded.map_or(Padding::Zeros, Padded::padding);
            if let Verdict::Wrong(right) = session.verify_cryptogram(&key, data, padding, came)? {
                let code = error::VERIFICATION_FAILED.0;
                return Ok(Reply { code, answer: Answer::wrong(right) });
            }
        }
        let arpc = match (self.arc, self.status, self.proprietary) {
            (Some(Raw(response)), ..) => Some(key.arpc_1(came, response).map_err(emv_fault)?),
            (None, Some(Raw(status)), Some(Counted(proprietary))) => {
                let mut arpc = [0; 8];
                let start = key.arpc_2(came, status, proprietary).map_err(emv_fault)?;
                arpc[..4].copy_from_slice(&start);
                arpc[4..].copy_from_slice(&status);
                Some(arpc)
            }
            _ => None,
        };
        Ok(Reply { code: ErrorCode::NONE, answer: Answer::right(arpc) })
    }
}
