//! Keys on their way: under the LMK, and to and from ZMKs.

use vault::{
    Expected, Key, KeySize, KeyType, KeyTypes, Lmk, LmkKind, Permission, Protection, Role, Token,
    Use,
    key_block::{Header, KeyBlock, Padding},
    role::{AnyKey, ZmkOrTmk},
    transport::{self, Wrapping, rules},
    usage::{Imported, Stated, Transport, Usage},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{
        KEY_FUNCTION, KEY_LENGTH, KEY_SCHEME, KEY_TYPE_CODE, KEY_USAGE, LMK_SCHEMES, STRONGER_LMK,
        refused, refused_outright,
    },
    fields::{
        AtallaVariant, Attributes, CheckValue, ExportedBlock, Hex, KeyField, KeyTypeCode, Scheme,
        TransportKey,
    },
};

/// Room for a key under an LMK or ZMK beside its optional blocks: the longest is the key block of an HMAC key under AES,
/// whose optional blocks may be filled up to a whole block.
const TOKEN: usize = 384;

/// How a key leaves.
#[derive(Clone, Copy, Debug)]
pub struct Departure<'r> {
    /// Scheme under the transport key.
    pub scheme: Scheme,
    /// Atalla variant of the transport key.
    pub atalla: Option<AtallaVariant<'r>>,
    /// What is said of the copy, if it is in a key block.
    pub block: Option<ExportedBlock<'r>>,
}

impl<'a> Session<'a> {
    /// Whether keys stand in key blocks under the LMK of the message.
    pub fn keeps_key_blocks(&self) -> Result<bool, ErrorCode> {
        Ok(self.lmk()?.kind() != LmkKind::Variant)
    }

    /// The key type that a field states, under a variant LMK; with key blocks the field says nothing.
    ///
    /// Error 04 if there is none, 29 if it does not permit what is asked. Whether that needs to be
    /// authorised is a matter of the command's gates.
    pub fn stated_type(
        &self,
        code: KeyTypeCode,
        permission: fn(&KeyType) -> Permission,
    ) -> Result<Option<&'static KeyType>, ErrorCode> {
        if self.keeps_key_blocks()? {
            return Ok(None);
        }
        let key_type = code.known(self.key_types()).ok_or(KEY_TYPE_CODE.0)?;
        match permission(key_type) {
            Permission::No => Err(KEY_FUNCTION.0),
            Permission::Yes | Permission::Authorised => Ok(Some(key_type)),
        }
    }

    /// Opens a key or a component of any type. Error 04 where a variant LMK needs a type and there is none.
    pub fn open_any<R: Role<Usage = Stated>, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        code: KeyTypeCode,
    ) -> Result<Key<Stated>, ErrorCode> {
        let key_type = code.known(self.key_types());
        if self.lmk()?.kind() == LmkKind::Variant && key_type.is_none() && !key.is_block() {
            return Err(KEY_TYPE_CODE.0);
        }
        let any = Expected::of_type::<R>(key_type, Use::Any, self.policy());
        self.unlock(key, &Expected { component: key.token.is_component(), ..any })
    }

    /// How a key is protected under the LMK of the message: as key type and scheme say, or in a key
    /// block with this header.
    ///
    /// Error 26 if the scheme is not one of the LMK; 15 if the attributes of the key block are
    /// missing. Both are inferred.
    pub fn protection<'p>(
        &self,
        key_type: Option<&'static KeyType>,
        scheme: Scheme,
        block: Option<(Header, &'p [u8])>,
    ) -> Result<Protection<'p>, ErrorCode> {
        match (key_type, scheme.of_parts()) {
            (Some(key_type), Some(scheme)) => Ok(Protection::Variant { key_type, scheme }),
            (None, None) if scheme == Scheme::KeyBlock => {
                let (header, optional) = block.ok_or(ErrorCode::INVALID_INPUT)?;
                Ok(Protection::KeyBlock { header, optional })
            }
            _ => Err(KEY_SCHEME.0),
        }
    }

    /// Size of a new key, and how it is protected under the LMK of the message.
    ///
    /// Errors as for [`Session::protection`].
    pub fn place<'p>(
        &self,
        key_type: Option<&'static KeyType>,
        scheme: Scheme,
        attributes: Option<Attributes<'p>>,
    ) -> Result<(KeySize, Protection<'p>), ErrorCode> {
        let block = attributes.map(|attributes| (attributes.header, attributes.optional));
        let protection = self.protection(key_type, scheme, block)?;
        let size = match (&protection, attributes) {
            (Protection::Variant { scheme, .. }, _) => KeySize::of_scheme(*scheme),
            (Protection::KeyBlock { .. }, Some(attributes)) => attributes.size,
            (Protection::KeyBlock { .. }, None) => return Err(ErrorCode::INVALID_INPUT),
        };
        Ok((size, protection))
    }

    /// Seals a key under the LMK of the message.
    pub fn seal<U: Usage>(
        &self,
        key: &Key<U>,
        protection: &Protection<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        self.seal_under(self.lmk()?, key, protection)
    }

    /// Seals a key under an LMK that has the identifier of the message's.
    pub(super) fn seal_under<U: Usage>(
        &self,
        lmk: &Lmk,
        key: &Key<U>,
        protection: &Protection<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        let optional = match protection {
            Protection::KeyBlock { optional, .. } => optional.len(),
            Protection::Variant { .. } => 0,
        };
        if key.len() > 16 && self.is_too_weak(lmk) {
            return Err(STRONGER_LMK.0);
        }
        let out = self.scratch().take(TOKEN + optional)?;
        let length = lmk
            .seal(self.lmk_id(), key, protection, &mut self.random(), out)
            .map_err(refused_outright)?;
        Ok(&out[..length])
    }

    /// Whether the settings keep an LMK from protecting what is stronger than itself: one of double length.
    pub(super) fn is_too_weak(&self, lmk: &Lmk) -> bool {
        !self.settings().stronger_keys_under_2des_lmk && lmk.is_double_length()
    }

    /// Draws a key of the length that its protection needs. Error 27 for single DES where that is off.
    pub fn generate(&self, size: vault::KeySize) -> Result<Key<Stated>, ErrorCode> {
        if size.algorithm == crypto::Algorithm::Tdes && size.bytes == 8 && !self.policy().single_des
        {
            return Err(KEY_LENGTH.0);
        }
        Key::generate(size, &mut self.random()).map_err(refused_outright)
    }

    /// Opens the ZMK or TMK under which a key leaves or comes in.
    pub fn open_transport(
        &self,
        key: &TransportKey<'_>,
        purpose: Use,
    ) -> Result<Key<Transport>, ErrorCode> {
        let types = self.key_types();
        let tmk = match types {
            KeyTypes::Standard => *b"002",
            KeyTypes::Separated => *b"80D",
        };
        let (field, code) = match (key.zmk, key.tmk) {
            (Some(zmk), _) => (zmk.in_role::<ZmkOrTmk>(), *b"000"),
            (None, Some(tmk_field)) => (tmk_field.in_role(), tmk),
            (None, None) => return Err(ErrorCode::INVALID_INPUT),
        };
        self.open_as(field, KeyTypeCode(code), purpose)
    }

    /// Puts a key under a transport key; `origin` is how it is protected under the LMK.
    ///
    /// 26 for a scheme that the settings or the LMK do not allow, and for GISKE, of which only the
    /// name is public; 27 for one of another length; AA and A6 by the rules of key blocks.
    pub fn export<U: Usage>(
        &self,
        key: &Key<U>,
        origin: &Protection<'_>,
        zmk: &Key<Transport>,
        departure: &Departure<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        check_protection(zmk, departure.scheme == Scheme::Tr31)?;
        if let Protection::Variant { key_type, .. } = origin {
            self.atalla_fits(key_type, departure.atalla)?;
        }
        if let Some(scheme) = departure.scheme.of_parts() {
            if let Protection::KeyBlock { header, .. } = origin {
                rules::check_export(header, false).map_err(refused_outright)?;
            }
            return self.export_bare(key, zmk, scheme, departure.atalla);
        }
        let is_aes = zmk.algorithm() == crypto::Algorithm::Aes;
        let (header, optional) = self.exported_block(key, origin, is_aes, departure)?;
        let padding =
            if self.settings().hide_key_length { Padding::LengthHiding } else { Padding::Minimal };
        let wrapping = Wrapping::Block { header: &header, optional, padding };
        self.wrap(key, zmk, &wrapping, departure.atalla)
    }

    /// Puts a key under a transport key outside of key blocks.
    ///
    /// 26 for a scheme that the settings do not allow; 27 for one of another length.
    pub fn export_bare<U: Usage>(
        &self,
        key: &Key<U>,
        zmk: &Key<Transport>,
        scheme: vault::Scheme,
        atalla: Option<AtallaVariant<'_>>,
    ) -> Result<&'a [u8], ErrorCode> {
        let settings = self.settings();
        if settings.trusted_format_only || (is_x917(scheme) && !settings.x917_export) {
            return Err(KEY_SCHEME.0);
        }
        self.wrap(key, zmk, &Wrapping::Scheme(scheme), atalla)
    }

    fn wrap<U: Usage>(
        &self,
        key: &Key<U>,
        zmk: &Key<Transport>,
        wrapping: &Wrapping<'_>,
        atalla: Option<AtallaVariant<'_>>,
    ) -> Result<&'a [u8], ErrorCode> {
        let optional = match wrapping {
            Wrapping::Block { optional, .. } => optional.len(),
            Wrapping::Scheme(_) => 0,
        };
        let atalla = variant(atalla)?;
        let out = self.scratch().take(TOKEN + optional)?;
        let length = zmk
            .wrap_key(key, wrapping, atalla, &mut self.random(), out)
            .map_err(refused_outright)?;
        Ok(&out[..length])
    }

    /// Takes a key out from under a ZMK. The parity of its field is the error of a key of zeros.
    ///
    /// 26 for a scheme that the settings do not allow.
    pub fn import<'k, R: Role, const E: u8>(
        &self,
        key: KeyField<'k, R, E>,
        zmk: &Key<Transport>,
        atalla: Option<AtallaVariant<'_>>,
    ) -> Result<Imported<'k>, ErrorCode> {
        let settings = self.settings();
        check_protection(zmk, key.is_tr31())?;
        if key.token.block().is_none() {
            let scheme = key.token.scheme().map_err(refused_outright)?;
            if settings.trusted_format_only || (is_x917(scheme) && !settings.x917_import) {
                return Err(KEY_SCHEME.0);
            }
        }
        let atalla = variant(atalla)?;
        let expected = Expected {
            lengths: R::LENGTHS,
            ..Expected::of_type::<AnyKey>(None, Use::Any, self.policy())
        };
        zmk.unwrap_key(key.token, atalla, &expected)
            .map_err(|refusal| refused(refusal, ErrorCode::new(E)))
    }

    /// Whether the Atalla variant of a transport key goes with the type of the key under it, where the settings ask.
    ///
    /// Error 29 if not (inferred).
    pub(crate) fn atalla_fits(
        &self,
        key_type: &KeyType,
        stated: Option<AtallaVariant<'_>>,
    ) -> Result<(), ErrorCode> {
        let Some(stated) = stated.filter(|_| self.settings().enforce_atalla_variant) else {
            return Ok(());
        };
        if stated.variant()?.goes_with(key_type) { Ok(()) } else { Err(KEY_FUNCTION.0) }
    }

    /// A check value of so many digits, as far as the settings allow.
    pub fn check_value<U: Usage>(&self, key: &Key<U>, digits: usize) -> CheckValue {
        let value = CheckValue::new(key.check_value(), digits);
        if self.settings().restrict_check_values { value.restricted() } else { value }
    }

    /// Six digits of check value.
    pub fn short_check_value<U: Usage>(&self, key: &Key<U>) -> Hex<3> {
        let [first, second, third, ..] = key.check_value();
        Hex([first, second, third])
    }
}

/// A6 for a key block protection key (K1), which protects TR-31 key blocks, and nothing else. Source: X9.143.
fn check_protection(transport: &Key<Transport>, is_tr31: bool) -> Result<(), ErrorCode> {
    match transport.header() {
        Some(header) if header.usage == *b"K1" && !is_tr31 => Err(KEY_USAGE.0),
        _ => Ok(()),
    }
}

/// How a key of the message is protected that was opened as a key of any type.
///
/// Error A1 for a key that is in no key block and has no type.
pub(crate) fn origin<'p, U: Usage>(
    token: Token<'p>,
    key: &Key<U>,
) -> Result<Protection<'p>, ErrorCode> {
    if let Some(key_type) = key.key_type() {
        let scheme = token.scheme().map_err(refused_outright)?;
        return Ok(Protection::Variant { key_type, scheme });
    }
    let (Some(header), Some(block)) = (key.header(), token.block()) else {
        return Err(LMK_SCHEMES.0);
    };
    let block = KeyBlock::parse(block).map_err(refused_outright)?;
    let optional = block.optional.without_padding().text();
    Ok(Protection::KeyBlock { header: *header, optional })
}

fn variant(stated: Option<AtallaVariant<'_>>) -> Result<transport::AtallaVariant, ErrorCode> {
    stated.map_or(Ok(transport::AtallaVariant::NONE), AtallaVariant::variant)
}

const fn is_x917(scheme: vault::Scheme) -> bool {
    matches!(scheme, vault::Scheme::X | vault::Scheme::Y)
}
