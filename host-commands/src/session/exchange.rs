//! Keys of one type on their way: the work of the older commands, each of which is about one key type.
#![doc = ""]
#![doc = include_str!("../manual/exchange.md")]

use vault::{
    Expected, Key, KeySize, Protection, Role, Scheme as Form, Token, Use,
    role::{AnyKey, Zmk},
    usage::{Stated, Transport, Usage},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{
        INVALID_INPUT, KEY_LENGTH, KEY_SCHEME, KEY_TYPE, LMK_SCHEMES, VERIFICATION_FAILED,
        refused_outright,
    },
    fields::{
        AtallaVariant, CheckValue, CheckValueKind, KeyField, KeyTypeCode, PairCheckValues, Scheme,
        SchemeOptions, TransferOptions, Wrapped,
    },
};

/// What a command does with a key that comes in without odd parity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parity {
    /// Makes it odd, and says so with code 01 in front of the reply.
    Mend,
    /// Refuses it.
    Refuse,
}

/// A key that was moved.
pub(crate) struct Moved<'a> {
    /// The key.
    pub(crate) key: Key<Stated>,
    /// The key where it is now.
    pub(crate) text: &'a [u8],
    /// `00`, or `01` where its parity was mended.
    pub(crate) code: ErrorCode,
}

/// A key that was made.
pub(crate) struct Made<'a> {
    /// The key.
    pub(crate) key: Key<Stated>,
    /// The key under the LMK.
    pub(crate) kept: &'a [u8],
    /// The key under the ZMK or TMK; empty where there is none.
    pub(crate) sent: &'a [u8],
}

impl<'a> Session<'a> {
    /// Opens a key that may not be in a key block.
    pub(crate) fn open_bare<R: Role, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        purpose: Use,
    ) -> Result<Key<R::Usage>, ErrorCode> {
        refuse_block(key.token)?;
        self.open(key, purpose)
    }

    /// Opens a key of a type that another field states and that may not be in a key block.
    pub(crate) fn open_bare_as<R: Role<Usage = Stated>, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        code: KeyTypeCode,
    ) -> Result<Key<Stated>, ErrorCode> {
        refuse_block(key.token)?;
        self.open_any(key, code)
    }

    /// Moves a key from under a ZMK to the LMK. The parity of its field is the error of a key of zeros.
    pub(crate) fn bring_in<T: Role<Usage = Transport>, R: Role, const E: u8>(
        &self,
        zmk: KeyField<'_, T, 10>,
        key: Wrapped<KeyField<'_, R, E>>,
        options: TransferOptions<'_>,
        parity: Parity,
    ) -> Result<Moved<'a>, ErrorCode> {
        let zmk = self.open_bare(zmk, Use::Unwrap)?;
        self.atalla_fits_role::<R>(options.atalla)?;
        let came = key.token.scheme().map_err(refused_outright)?;
        let imported = self.import(key.0, &zmk, options.atalla)?;
        let code = match (imported.had_odd_parity, parity) {
            (true, _) => ErrorCode::NONE,
            (false, Parity::Mend) => VERIFICATION_FAILED.0,
            (false, Parity::Refuse) => return Err(ErrorCode::new(E)),
        };
        let text = self.keep::<R, _>(&imported.key, form(options.schemes().lmk, came)?)?;
        Ok(Moved { key: imported.key, text, code })
    }

    /// Moves a key from under the LMK to a ZMK or TMK.
    pub(crate) fn send_out<'o, T: Role<Usage = Transport>, R: Role, const E: u8>(
        &self,
        transport: KeyField<'_, T, 10>,
        key: KeyField<'_, R, E>,
        options: impl Into<TransferOptions<'o>>,
    ) -> Result<Moved<'a>, ErrorCode> {
        let options = options.into();
        let transport = self.open_bare(transport, Use::Wrap)?;
        self.atalla_fits_role::<R>(options.atalla)?;
        refuse_block(key.token)?;
        let expected = Expected::of::<R>(self.key_types(), Use::Any, self.policy());
        let came = key.token;
        let key = self.unlock(key.in_role::<AnyKey>(), &expected)?;
        let came = came.scheme().map_err(refused_outright)?;
        let form = form(options.schemes().transport, came)?;
        let text = self.export_bare(&key, &transport, form, options.atalla)?;
        Ok(Moved { key, text, code: ErrorCode::NONE })
    }

    /// Makes a key and puts it under the LMK; `old` is its form before there were schemes.
    ///
    /// 27 for a length that its role does not have.
    pub(crate) fn make<R: Role>(
        &self,
        options: SchemeOptions,
        old: Form,
    ) -> Result<Made<'a>, ErrorCode> {
        let form = form(options.lmk, old)?;
        if !R::LENGTHS.allow(form.key_length()) {
            return Err(KEY_LENGTH.0);
        }
        let key = self.generate(KeySize::of_scheme(form))?;
        let kept = self.keep::<R, _>(&key, form)?;
        Ok(Made { key, kept, sent: b"" })
    }

    /// Makes a key and puts it under the LMK, and under a ZMK or TMK.
    pub(crate) fn make_and_send<'o, R: Role, T: Role<Usage = Transport>>(
        &self,
        transport: KeyField<'_, T, 10>,
        options: impl Into<TransferOptions<'o>>,
        old: Form,
    ) -> Result<Made<'a>, ErrorCode> {
        let options = options.into();
        let transport = self.open_bare(transport, Use::Wrap)?;
        self.atalla_fits_role::<R>(options.atalla)?;
        let made = self.make::<R>(options.schemes(), old)?;
        let form = form(options.schemes().transport, old)?;
        let sent = self.export_bare(&made.key, &transport, form, options.atalla)?;
        Ok(Made { sent, ..made })
    }

    /// Forms a ZMK of its components; `came` is the form of the first. Error 11 if they cancel out.
    pub(crate) fn form_zmk(
        &self,
        mut first: Key<Stated>,
        others: impl Iterator<Item = Result<Key<Stated>, ErrorCode>>,
        options: SchemeOptions,
        came: Token<'_>,
    ) -> Result<Made<'a>, ErrorCode> {
        for other in others {
            first.combine(&other?).map_err(refused_outright)?;
        }
        let key = first.formed(self.policy()).map_err(refused_outright)?;
        let came = came.scheme().map_err(refused_outright)?;
        let kept = self.keep::<Zmk, _>(&key, form(options.lmk, came)?)?;
        Ok(Made { key, kept, sent: b"" })
    }

    /// The same as [`Session::atalla_fits`] for a key of the type that its role has.
    fn atalla_fits_role<R: Role>(
        &self,
        stated: Option<AtallaVariant<'_>>,
    ) -> Result<(), ErrorCode> {
        R::key_type(self.key_types()).map_or(Ok(()), |key_type| self.atalla_fits(key_type, stated))
    }

    /// Puts a key under the LMK as one of the type that its role has.
    fn keep<R: Role, U: Usage>(&self, key: &Key<U>, scheme: Form) -> Result<&'a [u8], ErrorCode> {
        let key_type = R::key_type(self.key_types()).ok_or(KEY_TYPE.0)?;
        self.seal(key, &Protection::Variant { key_type, scheme })
    }

    /// Sixteen digits of check value, or six as the options say. Error 15 for the kind of check
    /// value that only some commands know.
    pub(crate) fn full_check_value<U: Usage>(
        &self,
        key: &Key<U>,
        options: SchemeOptions,
    ) -> Result<CheckValue, ErrorCode> {
        refuse_special(options)?;
        Ok(self.check_value(key, options.digits(16)))
    }

    /// Six digits for each half of a double-length key, or six for all of it as the options say.
    pub(crate) fn pair_check_values<U: Usage>(
        &self,
        key: &Key<U>,
        options: SchemeOptions,
    ) -> Result<PairCheckValues, ErrorCode> {
        refuse_special(options)?;
        if !options.shows_both() {
            return Ok(PairCheckValues { first: self.short_check_value(key), second: None });
        }
        let halves = key.halves().map_err(refused_outright)?;
        let [first, second] = halves.map(|half| self.short_check_value(&half));
        Ok(PairCheckValues { first, second: Some(second) })
    }
}

/// A1 for a key block.
fn refuse_block(key: Token<'_>) -> Result<(), ErrorCode> {
    if key.block().is_some() { Err(LMK_SCHEMES.0) } else { Ok(()) }
}

fn refuse_special(options: SchemeOptions) -> Result<(), ErrorCode> {
    if options.check_value == CheckValueKind::Special { Err(INVALID_INPUT.0) } else { Ok(()) }
}

/// The form that a field asks for; `old` is the one from before there were schemes.
fn form(stated: Scheme, old: Form) -> Result<Form, ErrorCode> {
    match (stated, old) {
        (Scheme::None, Form::X) => Ok(Form::U),
        (Scheme::None, Form::Y) => Ok(Form::T),
        (Scheme::None, old) => Ok(old),
        (stated, _) => stated.of_parts().ok_or(KEY_SCHEME.0),
    }
}
