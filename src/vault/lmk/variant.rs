//! A variant LMK: twenty DES key pairs, of which key type and scheme choose one and its variants.

use std::sync::OnceLock;

use crypto::{Algorithm, ClearKey, Tdes};

use super::Material;
use crate::key_block::hexadecimal;
use crate::usage::Usage;
use crate::{Expected, Key, KeyType, Refusal, Scheme, Token};

/// What variants 0 to 9 combine by exclusive or into the first byte of a pair. Source: two public projects, confirmed by keys of a
/// device for 0 and 4.
pub(super) const VARIANTS: [u8; 10] = [0, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA];

/// What schemes combine into the second DES key of a pair; see [`Scheme::masks`].
const MASKS: [u8; 6] = [0, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B];

/// Expanded keys of one variant of one pair, by mask.
type Schedules = [OnceLock<Tdes>; MASKS.len()];

/// The expanded keys of a variant LMK, each made when it is first needed.
pub(crate) struct VariantLmk {
    /// By pair, then by variant. Most are never used, so there is only a place for each.
    schedules: Box<[[OnceLock<Box<Schedules>>; VARIANTS.len()]; Material::PAIRS]>,
}

impl VariantLmk {
    pub(super) fn new() -> Self {
        Self {
            schedules: Box::new(
                [const { [const { OnceLock::new() }; VARIANTS.len()] }; Material::PAIRS],
            ),
        }
    }

    /// The key that protects: a pair with its variant in the first byte and the mask of a scheme in the ninth.
    ///
    /// For pairs of triple length the same two bytes are taken (inferred: nothing about these is public).
    pub(super) fn cipher(
        &self,
        material: &Material,
        pair: u8,
        variant: u8,
        mask: u8,
    ) -> Result<&Tdes, Refusal> {
        let slot = self.schedules.get(usize::from(pair)).ok_or(Refusal::Type)?;
        let slot = slot.get(usize::from(variant)).ok_or(Refusal::Type)?;
        let slot = slot.get_or_init(Box::default);
        let (_, slot) = MASKS
            .iter()
            .zip(slot.iter())
            .find(|(known, _)| **known == mask)
            .ok_or(Refusal::Type)?;
        if let Some(cipher) = slot.get() {
            return Ok(cipher);
        }
        let pair = material.pair(pair).ok_or(Refusal::Type)?;
        let mut key = ClearKey::new(Algorithm::Tdes, pair).map_err(|_| Refusal::Type)?;
        if let [first, _, _, _, _, _, _, _, ninth, ..] = key.as_mut_bytes() {
            *first ^= VARIANTS.get(usize::from(variant)).ok_or(Refusal::Type)?;
            *ninth ^= mask;
        }
        let cipher = Tdes::new(key.as_bytes()).map_err(|_| Refusal::Type)?;
        Ok(slot.get_or_init(|| cipher))
    }

    pub(super) fn open<U: Usage>(
        &self,
        material: &Material,
        token: Token<'_>,
        expected: &Expected<'_>,
    ) -> Result<Key<U>, Refusal> {
        if token.block().is_some() {
            return Err(Refusal::LmkSchemes);
        }
        let key_type = expected.key_type.ok_or(Refusal::Type)?;
        let scheme = token.scheme()?;
        let mut key = token.digits(scheme)?;
        let cipher = |mask| self.cipher(material, key_type.pair, key_type.variant, mask);
        let (blocks, _) = key.as_mut_bytes().as_chunks_mut::<8>();
        let masks = scheme.masks().chunks(2);
        for (blocks, masks) in blocks.chunks_mut(2).zip(masks) {
            match (blocks, masks) {
                ([one, other], &[first, second]) => {
                    let sealed = [*one, *other].map(u64::from_be_bytes);
                    let clear = Tdes::decrypt_both([cipher(first)?, cipher(second)?], sealed);
                    [*one, *other] = clear.map(u64::to_be_bytes);
                }
                (blocks, masks) => {
                    for (block, mask) in blocks.iter_mut().zip(masks) {
                        *block = cipher(*mask)?.decrypt(u64::from_be_bytes(*block)).to_be_bytes();
                    }
                }
            }
        }
        expected.check_key(&key)?;
        Ok(Key::of_type(key, key_type))
    }

    pub(super) fn seal(
        &self,
        material: &Material,
        key: &ClearKey,
        key_type: &KeyType,
        scheme: Scheme,
        out: &mut [u8],
    ) -> Result<usize, Refusal> {
        if key.algorithm() != Algorithm::Tdes {
            return Err(Refusal::StrongerLmk);
        }
        if key.len() != scheme.key_length() {
            return Err(Refusal::Scheme);
        }
        let text = out.get_mut(..scheme.text_length()).ok_or(Refusal::Format)?;
        let digits = match (scheme.tag(), text) {
            (Some(tag), [first, digits @ ..]) => {
                *first = tag;
                digits
            }
            (_, digits) => digits,
        };
        let (blocks, _) = key.as_bytes().as_chunks::<8>();
        let places = digits.chunks_exact_mut(16);
        for ((block, mask), place) in blocks.iter().zip(scheme.masks()).zip(places) {
            let cipher = self.cipher(material, key_type.pair, key_type.variant, *mask)?;
            let sealed = cipher.encrypt(u64::from_be_bytes(*block)).to_be_bytes();
            hexadecimal::encode(&sealed, place);
        }
        Ok(scheme.text_length())
    }
}
