//! `RY` American Express card security codes.

use crypto::card::{CardFault, SecurityCodes};
use vault::usage::{CardVerification, Fault};

use crate::prelude::*;

/// Generate, export or import a CSCK; calculate or verify card security codes of American Express.
///
/// How the digits of the codes are taken, and everything of the versions with a service code, rests on one
/// open simulator; that an AEVV is made as the code of version 2, the check value of modes 0 to 2, and
/// error 15 for an account number that is not one of American Express are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "RY", reply = "RZ", evidence = "manual", licence = "legacy")]
#[errors(VERIFICATION_FAILED, DESTINATION_PARITY, KEY_LENGTH, KEY_FUNCTION)]
#[error(2, "the CSCK consists of zeros")]
pub struct Request<'a> {
    /// What to do, and with what.
    pub mode: Mode<'a>,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum Mode<'a> {
    /// Generate a CSCK.
    #[code("0")]
    Generate(Generate),
    /// Translate a CSCK from LMK to ZMK encryption.
    #[code("1")]
    Export(Export<'a>),
    /// Translate a CSCK from ZMK to LMK encryption.
    #[code("2")]
    Import(Import<'a>),
    /// Calculate the codes of a card.
    #[code("3")]
    Calculate(Card<'a>),
    /// Verify the codes of a card.
    #[code("4")]
    Verify(Verify<'a>),
}

/// How a new CSCK is wanted.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Generate {
    /// Scheme and kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
}

/// A CSCK that leaves.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Export<'a> {
    /// ZMK that will carry the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// CSCK under the LMK.
    pub key: KeyField<'a, Csck, 11>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// A CSCK that comes in.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Import<'a> {
    /// ZMK that carries the key.
    pub zmk: KeyField<'a, Zmk, 10>,
    /// CSCK under the ZMK. Its parity is made odd; code 01 says that it was not.
    pub csck: Wrapped<KeyField<'a, Csck, 2>>,
    /// Atalla variant, schemes and kind of check value.
    pub options: TransferOptions<'a>,
}

/// A card.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Card<'a> {
    /// Version of the codes.
    pub version: CscVersion,
    /// CSCK.
    pub key: KeyField<'a, Csck, 10>,
    /// Account number, filled with zeros on the right.
    pub account: Digits<'a, 19>,
    /// Expiry date: `YYMM`.
    pub expiry: Numerals<4>,
    /// Service code.
    #[when(!version in ["0"])]
    pub service: Option<Numerals<3>>,
}

/// A card and its codes.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Verify<'a> {
    /// Card.
    pub card: Card<'a>,
    /// 5CSC, or all `F`.
    pub five: SecurityCode<5>,
    /// 4CSC, or all `F`.
    pub four: SecurityCode<4>,
    /// 3CSC or AEVV, or all `F`.
    pub three: SecurityCode<3>,
}

/// Version of card security codes.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CscVersion {
    /// Version 1.
    #[code("0")]
    One,
    /// Version 2, with the service code.
    #[code("2")]
    Two,
    /// AEVV: three digits.
    #[code("3")]
    Aevv,
}

/// How the codes of a card fared.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Right.
    #[code("0")]
    Right,
    /// Not sent.
    #[code("1")]
    Absent,
    /// Wrong.
    #[code("2")]
    Wrong,
}

/// The key, the codes, or how they fared.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// `00`; `01` where a code is wrong, or where the parity of an imported key was.
    #[code(0, 1)]
    pub code: ErrorCode,
    /// The mode of the request.
    pub mode: Decimal<1>,
    /// CSCK under the LMK or ZMK.
    #[when(request.key_digits().is_some())]
    pub key: Option<KeyField<'a, Csck>>,
    /// Its check value: 16 digits, or six.
    #[when(request.key_digits().is_some())]
    #[with(request.key_digits().unwrap_or_default())]
    pub check_value: Option<CheckValue>,
    /// 5CSC.
    #[when(request.calculates() == Some(CodesShown::All))]
    pub five: Option<Numerals<5>>,
    /// 4CSC.
    #[when(request.calculates() == Some(CodesShown::All))]
    pub four: Option<Numerals<4>>,
    /// 3CSC or AEVV.
    #[when(request.calculates().is_some())]
    pub three: Option<Numerals<3>>,
    /// How the codes of the request fared: 5CSC, 4CSC, 3CSC.
    #[when(request.verifies())]
    pub outcomes: Option<Outcomes>,
}

/// How each code fared.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Outcomes {
    /// 5CSC.
    pub five: Outcome,
    /// 4CSC.
    pub four: Outcome,
    /// 3CSC or AEVV.
    pub three: Outcome,
}

/// Which codes a calculation shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CodesShown {
    /// All three.
    All,
    /// The one of three digits.
    Three,
}

impl Request<'_> {
    /// Digits of the check value, where a key is answered.
    fn key_digits(&self) -> Option<usize> {
        let options = match self.mode {
            Mode::Generate(Generate { options }) => SchemeOptions::of(options),
            Mode::Export(Export { options, .. }) | Mode::Import(Import { options, .. }) => {
                options.schemes()
            }
            Mode::Calculate(_) | Mode::Verify(_) => return None,
        };
        Some(options.digits(16))
    }

    fn calculates(&self) -> Option<CodesShown> {
        match self.mode {
            Mode::Calculate(Card { version: CscVersion::Aevv, .. }) => Some(CodesShown::Three),
            Mode::Calculate(_) => Some(CodesShown::All),
            _ => None,
        }
    }

    fn verifies(&self) -> bool {
        matches!(self.mode, Mode::Verify(_))
    }
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let nothing = Reply {
            code: ErrorCode::NONE,
            mode: Decimal(0),
            key: None,
            check_value: None,
            five: None,
            four: None,
            three: None,
            outcomes: None,
        };
        Ok(match &self.mode {
            Mode::Generate(asked) => {
                let options = SchemeOptions::of(asked.options);
                let made = session.make::<Csck>(options, vault::Scheme::Untagged)?;
                let check_value = session.full_check_value(&made.key, options)?;
                Reply { key: Some(made.kept.into()), check_value: Some(check_value), ..nothing }
            }
            Mode::Export(export) => {
                let moved = session.send_out(export.zmk, export.key, export.options)?;
                let check_value =
                    session.full_check_value(&moved.key, export.options.schemes())?;
                let key = Some(moved.text.into());
                Reply { mode: Decimal(1), key, check_value: Some(check_value), ..nothing }
            }
            Mode::Import(import) => {
                let moved =
                    session.bring_in(import.zmk, import.csck, import.options, Parity::Mend)?;
                let check_value =
                    Some(session.full_check_value(&moved.key, import.options.schemes())?);
                let key = Some(moved.text.into());
                Reply { code: moved.code, mode: Decimal(2), key, check_value, ..nothing }
            }
            Mode::Calculate(card) => {
                let SecurityCodes { five, four, three } = card.codes(session, Use::Generate)?;
                let all = card.version != CscVersion::Aevv;
                Reply {
                    mode: Decimal(3),
                    five: all.then_some(Numerals(five)),
                    four: all.then_some(Numerals(four)),
                    three: Some(Numerals(three)),
                    ..nothing
                }
            }
            Mode::Verify(verify) => {
                let right = verify.card.codes(session, Use::Verify)?;
                let outcomes = Outcomes {
                    five: verify.five.fares(right.five),
                    four: verify.four.fares(right.four),
                    three: verify.three.fares(right.three),
                };
                let all = [outcomes.five, outcomes.four, outcomes.three];
                let wrong = all.contains(&Outcome::Wrong);
                let code = if wrong { error::VERIFICATION_FAILED.0 } else { ErrorCode::NONE };
                Reply { code, mode: Decimal(4), outcomes: Some(outcomes), ..nothing }
            }
        })
    }
}

impl Card<'_> {
    fn codes(&self, session: &Session<'_>, purpose: Use) -> Result<SecurityCodes, ErrorCode> {
        let key: Key<CardVerification> = session.open(self.key, purpose)?;
        let service = self.service.map(|service| service.0);
        key.security_codes(self.account.0, self.expiry.0, service)
            .map_err(|fault: Fault<CardFault>| error::of_card(fault))
    }
}

impl<const N: usize> SecurityCode<N> {
    fn fares(self, right: [u8; N]) -> Outcome {
        match self.digits() {
            None => Outcome::Absent,
            Some(digits) if crypto::equal(&digits, &right) => Outcome::Right,
            Some(_) => Outcome::Wrong,
        }
    }
}
