//! Local Master Keys: what protects every key, PIN and table that a host keeps.

mod chaining;
mod check_value;
mod decimalisation;
pub(crate) mod derivation;
mod key_block;
pub mod mailer;
mod material;
mod pin;
pub mod test_keys;
mod variant;

pub use decimalisation::{SealedTable, TableFault};
pub use material::{Material, MaterialFault};
pub use pin::{PinAlgorithm, PinForm, PinUnderLmk, SealedPin};

use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::usage::Usage;
use crate::{Expected, Key, Protection, Refusal, Token};
use decimalisation::TableKey;
use key_block::KeyBlockLmk;
use mailer::MailerKey;
use pin::PinKey;
use variant::VariantLmk;

/// Number of an LMK in the table of a device, 0 to 99; two digits in messages and key blocks.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct LmkId(pub u8);

impl LmkId {
    /// The two digits.
    pub const fn digits(self) -> [u8; 2] {
        [b'0' + self.0 / 10 % 10, b'0' + self.0 % 10]
    }
}

/// The kinds of LMK.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum LmkKind {
    /// Twenty pairs of DES keys; key types choose pair and variant.
    Variant,
    /// One triple-length DES key; keys are in key blocks.
    KeyBlock,
    /// One 256-bit AES key; keys are in key blocks.
    AesKeyBlock,
}

/// A Local Master Key, expanded for use and wiped when dropped.
pub struct Lmk {
    material: Material,
    check_value: [u8; 3],
    pin_key: PinKey,
    mailer_key: MailerKey,
    table_key: TableKey,
    engine: Engine,
}

/// How an LMK of one kind protects.
pub(crate) enum Engine {
    Variant(VariantLmk),
    KeyBlock(Box<KeyBlockLmk>),
}

impl Lmk {
    /// An LMK of its key material.
    ///
    /// # Errors
    /// [`MaterialFault::Parity`].
    pub fn new(material: Material) -> Result<Self, MaterialFault> {
        material.check()?;
        let pin_key = PinKey::new(&material)?;
        let mailer_key = MailerKey::new(&material)?;
        let engine = match material.kind() {
            LmkKind::Variant => Engine::Variant(VariantLmk::new()),
            LmkKind::KeyBlock | LmkKind::AesKeyBlock => {
                Engine::KeyBlock(Box::new(KeyBlockLmk::new(&material)?))
            }
        };
        let table_key = TableKey::new(&material)?;
        let check_value = check_value::of(&material)?;
        Ok(Self { material, check_value, pin_key, mailer_key, table_key, engine })
    }

    /// The public test LMK of the variant kind, check value 268604.
    ///
    /// # Errors
    /// None in practice.
    pub fn test_variant() -> Result<Self, MaterialFault> {
        Material::new(LmkKind::Variant, &test_keys::VARIANT).and_then(Self::new)
    }

    /// The public test LMK of the triple-DES key block kind, check value 165126.
    ///
    /// # Errors
    /// None in practice.
    pub fn test_key_block_tdes() -> Result<Self, MaterialFault> {
        Material::new(LmkKind::KeyBlock, &test_keys::KEY_BLOCK_TDES).and_then(Self::new)
    }

    /// The public test LMK of the AES key block kind, check value 9D04A0.
    ///
    /// # Errors
    /// None in practice.
    pub fn test_key_block_aes() -> Result<Self, MaterialFault> {
        Material::new(LmkKind::AesKeyBlock, &test_keys::KEY_BLOCK_AES).and_then(Self::new)
    }

    /// A public test LMK by name, or an LMK by its kind and key; see [`Material::parse`].
    ///
    /// # Errors
    /// Those of [`Material::parse`], and [`MaterialFault::Parity`].
    pub fn named(name: &str) -> Result<Self, MaterialFault> {
        Material::parse(name).and_then(Self::new)
    }

    /// The kind.
    pub const fn kind(&self) -> LmkKind {
        self.material.kind()
    }

    /// The check value, six digits when shown. For others than the public test LMKs an own construction, see
    /// [`Material::check_value`].
    pub const fn check_value(&self) -> [u8; 3] {
        self.check_value
    }

    /// Whether this is a variant LMK of double-length keys.
    pub fn is_double_length(&self) -> bool {
        self.kind() == LmkKind::Variant && self.material.as_bytes().len() == 320
    }

    /// Whether this is one of the public test LMKs.
    pub fn is_test(&self) -> bool {
        test_keys::check_value(&self.material).is_some()
    }

    /// The key material, for sealing the state of a device and for smart cards.
    pub const fn material(&self) -> &Material {
        &self.material
    }

    /// How it protects.
    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Opens a key; `id` is the number under which this LMK is in use.
    ///
    /// # Errors
    /// A1 for a key block under a variant LMK or the reverse; A2 if a key block names another LMK; 28 without a key type
    /// under a variant LMK; 15 and 26 for malformed keys; those of key blocks (A4, A5, 83 ..); those of
    /// [`Expected::check_header`]; zero and parity without a code; 27, 75.
    pub fn open<U: Usage>(
        &self,
        id: LmkId,
        token: Token<'_>,
        expected: &Expected<'_>,
    ) -> Result<Key<U>, Refusal> {
        match &self.engine {
            Engine::Variant(lmk) => lmk.open(&self.material, token, expected),
            Engine::KeyBlock(lmk) => lmk.open(id, token, expected),
        }
    }

    /// Seals a key into `out` and returns the length of the token; `id` is the number under which this LMK is in use.
    ///
    /// # Errors
    /// A1 if protection and LMK are of different kinds; 26 if the scheme does not fit the length of the key; 48 for an AES or HMAC
    /// key under a triple-DES LMK; those of key block headers; 83 if `out` is too short.
    pub fn seal<U: Usage>(
        &self,
        id: LmkId,
        key: &Key<U>,
        protection: &Protection<'_>,
        rng: &mut dyn Rng,
        out: &mut [u8],
    ) -> Result<usize, Refusal> {
        match (&self.engine, protection) {
            (Engine::Variant(lmk), Protection::Variant { key_type, scheme }) => {
                lmk.seal(&self.material, &key.clear, key_type, *scheme, out)
            }
            (Engine::KeyBlock(lmk), Protection::KeyBlock { header, optional }) => {
                lmk.seal(id, &key.clear, header, optional, rng, out)
            }
            _ => Err(Refusal::LmkSchemes),
        }
    }
}

#[cfg(test)]
mod tests;
