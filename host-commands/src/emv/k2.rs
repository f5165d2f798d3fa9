//! `K2` Verify a truncated cryptogram.

use crypto::mac::Padding;
use vault::usage::SessionMethod;

use crate::{
    prelude::*,
    session::emv::{Verdict, emv_fault},
};

/// Verify the truncated cryptogram of a card reader (CAP of Mastercard).
///
/// Only the bits that are set in the issuer's bitmap (IPB) count, which is inferred. Data are padded with
/// `80` and zeros (simulator). With diagnostics authorised, a wrong cryptogram is answered with the right
/// one. Mode 1, which verifies the MAC of the bitmap too, answers error 04: how that MAC is made is not public.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "K2", reply = "K3", evidence = "manual", licence = "user-authentication")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// How the key of the card is derived.
    pub card_key: CardMethod,
    /// How the key of the session is derived.
    pub session_key: KeyMethod,
    /// Issuer master key for cryptograms.
    pub mk_ac: KeyField<'a, MkAc, 10>,
    /// Initial vector of the key tree: IV-AC.
    #[when(session_key in ["2"])]
    pub initial: Option<Raw<16>>,
    /// Option A: rightmost sixteen digits of account number and sequence number.
    #[when(card_key in ["0"])]
    pub pan: Option<Raw<8>>,
    /// Option B: account number and sequence number, two digits in a byte, zeros in front.
    #[when(card_key in ["1"])]
    #[ends(';')]
    pub account: Option<Counted2N<'a>>,
    /// Shape of the key tree.
    #[when(session_key in ["2"])]
    #[error(52)]
    pub tree: Option<TreeShape>,
    /// Application transaction counter.
    pub atc: Raw<2>,
    /// Unpredictable number.
    pub unpredictable: Raw<4>,
    /// Transaction data.
    #[ends(';')]
    pub data: Counted2H<'a>,
    /// Truncated cryptogram: the bits that the card reader showed, in their places.
    pub cryptogram: Raw<8>,
    /// Issuer's proprietary bitmap (IPB) of the cryptogram.
    pub bitmap: Raw<8>,
    /// MAC of the bitmap. Not looked at in mode 0.
    pub bitmap_mac: Raw<4>,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Verify the cryptogram.
    #[code("0")]
    Verify,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// CAP of Mastercard.
    #[code("00")]
    Mastercard,
}

/// How the key of a card is derived.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CardMethod {
    /// Option A.
    #[code("0")]
    A,
    /// Option B.
    #[code("1")]
    B,
}

/// How the key of a session is derived.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum KeyMethod {
    /// It is the key of the card.
    #[code("0")]
    CardKey,
    /// Mastercard SKD.
    #[code("1")]
    Mastercard,
    /// Key tree of EMV2000.
    #[code("2")]
    Tree,
}

/// Verified, or not.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// `00`, or `01` where the cryptogram is wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// The cryptogram, with diagnostics authorised.
    #[when(code != ErrorCode::NONE)]
    #[maybe]
    pub right: Option<Raw<8>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let (counter, unpredictable) = (self.atc.0, self.unpredictable.0);
        let method = match (self.session_key, self.initial, self.tree) {
            (KeyMethod::Tree, Some(Raw(initial)), Some(shape)) => {
                SessionMethod::Emv2000 { counter, initial, tree: shape.tree() }
            }
            (KeyMethod::Mastercard, ..) => SessionMethod::Mastercard { counter, unpredictable },
            _ => SessionMethod::CardKey,
        };
        let card = session.card(self.mk_ac, card_block(self.pan, self.account)?)?;
        let key = card.session(&method)?;
        let whole = key.cryptogram(self.data.0, Padding::Marked).map_err(emv_fault)?;
        let [bitmap, right, came] =
            [self.bitmap.0, whole, self.cryptogram.0].map(u64::from_be_bytes);
        let [right, came] = [right, came].map(|value| (value & bitmap).to_be_bytes());
        Ok(match session.judge(right, came) {
            Verdict::Right => Reply { code: ErrorCode::NONE, right: None },
            Verdict::Wrong(shown) => Reply {
                code: error::VERIFICATION_FAILED.0,
                right: shown.map(|_| Raw(whole)),
            },
        })
    }
}
