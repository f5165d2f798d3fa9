//! `PM` Verify a dynamic card verification value.

use crypto::{card::null_dynamic_digits, emv::Derivation};

use crate::prelude::*;

/// Verify a dynamic CVV of Visa or a CVC3 of Mastercard.
///
/// With diagnostics authorised a wrong value is answered with the right one. How the transaction counter
/// of Visa, six decimal digits, goes into the value is inferred: by its last four. Other versions than 0
/// to 9 do not exist; what they change is not public, so all do the same.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "PM", reply = "PN", evidence = "simulator", licence = "magnetic-stripe-transactions")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// Card scheme, and what it asks for.
    pub scheme: Scheme<'a>,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum Scheme<'a> {
    /// Visa: dynamic CVV.
    #[code("0")]
    Visa(Visa<'a>),
    /// Mastercard: CVC3.
    #[code("1")]
    Mastercard(Mastercard<'a>),
}

/// What a dynamic CVV is made of.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Visa<'a> {
    /// Version of the scheme.
    pub version: Decimal<1>,
    /// MK-AC.
    pub key: KeyField<'a, MkAc, 10>,
    /// How the key of the card is derived.
    pub option: CardKeyOption,
    /// Account number.
    #[ends(';')]
    pub account: Digits<'a, 1, 19>,
    /// Expiry date.
    pub expiry: Numerals<4>,
    /// Service code.
    pub service: Numerals<3>,
    /// Application transaction counter.
    pub counter: Numerals<6>,
    /// Dynamic CVV to verify.
    pub value: Numerals<3>,
}

/// What a CVC3 is made of.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Mastercard<'a> {
    /// Version of the scheme.
    pub version: Decimal<1>,
    /// MK-CVC3.
    pub key: KeyField<'a, MkCvc3, 10>,
    /// How the key of the card is derived.
    pub option: CardKeyOption,
    /// Account number.
    #[ends(';')]
    pub account: Digits<'a, 1, 19>,
    /// Account sequence number.
    pub sequence: Numerals<2>,
    /// Track 2 data, two digits in a byte, with the separator `D`.
    pub track: Counted3N<'a>,
    /// Unpredictable number.
    pub unpredictable: Hex<4>,
    /// Application transaction counter: 00000 to 65535.
    pub counter: Decimal<5>,
    /// CVC3 to verify: its last digits, behind an `X` for each digit that is not known.
    pub value: Cvc3,
}

/// How the key of a card is derived from a master key (EMV book 2, A1.4).
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CardKeyOption {
    /// Option A.
    #[code("A")]
    A,
    /// Option B, which differs for account numbers of more than 16 digits.
    #[code("B")]
    B,
}

/// Verified, or not.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`, or `01` where the value is wrong.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// What the value should be, as many digits as were sent, with diagnostics authorised.
    #[when(code != ErrorCode::NONE)]
    #[maybe]
    pub right: Option<Digits<'a, 1, 5>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        match &self.scheme {
            Scheme::Visa(visa) => compared(&visa.right(session)?, &visa.value.0, session),
            Scheme::Mastercard(mastercard) => {
                let (right, value) = (mastercard.right(session)?, mastercard.value.known());
                compared(&right[right.len() - value.len()..], value, session)
            }
        }
    }
}

/// The answer to a value, of which `right` is what it should be.
fn compared<'a>(
    right: &[u8],
    value: &[u8],
    session: &'a Session<'a>,
) -> Result<Reply<'a>, ErrorCode> {
    if crypto::equal(right, value) {
        return Ok(Reply { code: ErrorCode::NONE, right: None });
    }
    let shown = session.may(Category::Diag, "host").then(|| session.scratch().copy(right));
    Ok(Reply { code: error::VERIFICATION_FAILED.0, right: shown.transpose()?.map(Digits) })
}

impl CardKeyOption {
    /// The block that stands for a card.
    fn of(self, account: Digits<'_, 1, 19>, sequence: [u8; 2]) -> Result<Derivation, ErrorCode> {
        let derive = match self {
            Self::A => Derivation::option_a,
            Self::B => Derivation::option_b,
        };
        derive(account.0, sequence).map_err(|_| ErrorCode::INVALID_INPUT)
    }
}

fn refused(refusal: vault::Refusal) -> ErrorCode {
    error::refused(refusal, error::SOURCE_PARITY.0)
}

impl Visa<'_> {
    fn right(&self, session: &Session<'_>) -> Result<[u8; 3], ErrorCode> {
        let card = self.option.of(self.account, *b"00")?;
        let key = session.open(self.key, Use::Derive)?.card_key(&card).map_err(refused)?;
        let Numerals([_, _, counter @ ..]) = self.counter;
        key.dcvv(self.account.0, counter, self.expiry.0, self.service.0).map_err(error::of_card)
    }
}

impl Mastercard<'_> {
    fn right(&self, session: &Session<'_>) -> Result<[u8; 5], ErrorCode> {
        let card = self.option.of(self.account, self.sequence.0)?;
        let key = session.open(self.key, Use::Derive)?.card_key(&card).map_err(refused)?;
        let track = session.scratch().take(self.track.0.len())?;
        track.copy_from_slice(self.track.0);
        null_dynamic_digits(track).ok_or(ErrorCode::INVALID_INPUT)?;
        let fixed = key.static_value(track).map_err(refused)?;
        let counter = u16::try_from(self.counter.0).map_err(|_| ErrorCode::INVALID_INPUT)?;
        key.cvc3(fixed, self.unpredictable.0, counter.to_be_bytes()).map_err(refused)
    }
}
