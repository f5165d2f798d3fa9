//! The bytes of an LMK or of one of its components.

use rand_core::Rng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{LmkKind, check_value, test_keys};

/// Why bytes are not an LMK.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MaterialFault {
    /// The length fits no LMK of this kind.
    #[error("length fits no LMK: 20 pairs of 16 or 24 bytes, 24 bytes for triple DES, 32 for AES")]
    Length,
    /// A DES key in it has not odd parity.
    #[error("a DES key of the LMK does not have odd parity: check the components")]
    Parity,
    /// Components of different kinds or lengths.
    #[error("components are of different kinds of LMK")]
    Components,
    /// No public test LMK has this name.
    #[error(
        "no such test LMK: use test-variant, test-variant-old, test-key-block-tdes or test-key-block-aes, \
         or variant:, key-block-tdes: or key-block-aes: and the key in hexadecimal"
    )]
    Name,
    /// The key behind a kind is not hexadecimal.
    #[error("key of the LMK is not hexadecimal")]
    Digits,
}

/// The bytes of an LMK or of one of its components, on the heap, wiped when dropped.
///
/// Variant: twenty pairs of 16 or 24 bytes, 00-01 first. Triple-DES key block: 24 bytes. AES key block: 32 bytes.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Material {
    #[zeroize(skip)]
    kind: LmkKind,
    bytes: Zeroizing<Box<[u8]>>,
}

impl Material {
    /// Pairs of a variant LMK.
    pub const PAIRS: usize = 20;

    /// Copies an LMK or a component; parity is not looked at.
    ///
    /// # Errors
    /// [`MaterialFault::Length`].
    pub fn new(kind: LmkKind, bytes: &[u8]) -> Result<Self, MaterialFault> {
        let mut material = Self::zero(kind, bytes.len())?;
        material.bytes.copy_from_slice(bytes);
        Ok(material)
    }

    /// Draws an LMK or a component of `length` bytes; DES keys have odd parity.
    ///
    /// # Errors
    /// [`MaterialFault::Length`].
    pub fn generate(
        kind: LmkKind,
        length: usize,
        rng: &mut dyn Rng,
    ) -> Result<Self, MaterialFault> {
        let mut material = Self::zero(kind, length)?;
        rng.fill_bytes(&mut material.bytes);
        material.force_odd_parity();
        Ok(material)
    }

    /// An LMK as a configuration says it: the name of a public test LMK, or `variant:`, `key-block-tdes:` or `key-block-aes:` and
    /// the key in hexadecimal digits.
    ///
    /// # Errors
    /// [`MaterialFault::Name`], [`MaterialFault::Digits`], [`MaterialFault::Length`].
    pub fn parse(text: &str) -> Result<Self, MaterialFault> {
        let Some((kind, digits)) = text.split_once(':') else {
            let (kind, bytes) = test_keys::named(text).ok_or(MaterialFault::Name)?;
            return Self::new(kind, bytes);
        };
        let kind = match kind {
            "variant" => LmkKind::Variant,
            "key-block-tdes" => LmkKind::KeyBlock,
            "key-block-aes" => LmkKind::AesKeyBlock,
            _ => return Err(MaterialFault::Name),
        };
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let mut material = Self::zero(kind, pairs.len() + rest.len())?;
        let nibble = |digit: u8| {
            let value = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
            value.ok_or(MaterialFault::Digits)
        };
        for (byte, &[high, low]) in material.bytes.iter_mut().zip(pairs) {
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        if rest.is_empty() { Ok(material) } else { Err(MaterialFault::Length) }
    }

    fn zero(kind: LmkKind, length: usize) -> Result<Self, MaterialFault> {
        let fits = match kind {
            LmkKind::Variant => length == 16 * Self::PAIRS || length == 24 * Self::PAIRS,
            LmkKind::KeyBlock => length == 24,
            LmkKind::AesKeyBlock => length == 32,
        };
        if !fits {
            return Err(MaterialFault::Length);
        }
        Ok(Self { kind, bytes: Zeroizing::new(vec![0; length].into_boxed_slice()) })
    }

    /// Combines a component into this one by exclusive or.
    ///
    /// After the last one of an LMK of DES keys, [`Material::force_odd_parity`] mends what an even number of components
    /// does to parity.
    ///
    /// # Errors
    /// [`MaterialFault::Components`] if kind or length differ.
    pub fn combine(&mut self, component: &Self) -> Result<(), MaterialFault> {
        if self.kind != component.kind || self.bytes.len() != component.bytes.len() {
            return Err(MaterialFault::Components);
        }
        for (byte, other) in self.bytes.iter_mut().zip(component.bytes.iter()) {
            *byte ^= other;
        }
        Ok(())
    }

    /// Sets the parity of DES keys; an AES key stays as it is.
    pub fn force_odd_parity(&mut self) {
        if self.kind != LmkKind::AesKeyBlock {
            for byte in &mut *self.bytes {
                *byte ^= u8::from(byte.count_ones().is_multiple_of(2));
            }
        }
    }

    /// What kind of LMK this is, or is a component of.
    pub const fn kind(&self) -> LmkKind {
        self.kind
    }

    /// The bytes, for smart cards and sealed state; copies must be wiped.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Check value, as [`super::Lmk::check_value`]: of the AES kind, CMAC of the empty message (confirmed for the public test
    /// LMK); else own constructions (inferred), because the real ones are not public.
    ///
    /// # Errors
    /// None in practice.
    pub fn check_value(&self) -> Result<[u8; 3], MaterialFault> {
        check_value::of(self)
    }

    /// The pairs of a variant LMK, 00-01 first.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.bytes.len() / Self::PAIRS)
    }

    /// One pair of a variant LMK.
    pub(crate) fn pair(&self, index: u8) -> Option<&[u8]> {
        self.pairs().nth(usize::from(index))
    }

    /// Whether an LMK can be made of this.
    pub(super) fn check(&self) -> Result<(), MaterialFault> {
        let odd = self.bytes.iter().fold(1, |odd, byte| odd & byte.count_ones()) & 1 == 1;
        if odd || self.kind == LmkKind::AesKeyBlock { Ok(()) } else { Err(MaterialFault::Parity) }
    }
}

impl ConstantTimeEq for Material {
    /// Compares the bytes in constant time; unequal kinds or lengths are unequal at once.
    fn ct_eq(&self, other: &Self) -> Choice {
        Choice::from(u8::from(self.kind == other.kind)) & self.as_bytes().ct_eq(other.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::tests::Source;

    #[test]
    fn components_combine_to_an_lmk() {
        for (kind, length) in [
            (LmkKind::Variant, 320),
            (LmkKind::Variant, 480),
            (LmkKind::KeyBlock, 24),
            (LmkKind::AesKeyBlock, 32),
        ] {
            let mut rng = Source::new(7);
            let mut generate =
                || Material::generate(kind, length, &mut rng).expect("a length of this kind");
            let (mut whole, second) = (generate(), generate());
            let first = Material::new(kind, whole.as_bytes()).expect("the same length");
            whole.combine(&second).expect("alike");
            assert_eq!(whole.check().is_ok(), kind == LmkKind::AesKeyBlock);
            whole.force_odd_parity();
            assert_eq!(whole.check(), Ok(()));
            assert!(!bool::from(whole.ct_eq(&first)));
        }
    }

    #[test]
    fn configurations_say_lmks_by_name_or_key() {
        let old = Material::parse("test-variant-old").expect("a public LMK");
        assert_eq!(old.check(), Ok(()));
        assert_ne!(old.as_bytes(), test_keys::VARIANT);
        let parse = |text: &str| Material::parse(text).map(|material| material.kind());
        for (text, expected) in [
            ("test-key-block-aes", Ok(LmkKind::AesKeyBlock)),
            (&format!("variant:{}", "0e".repeat(320)), Ok(LmkKind::Variant)),
            (&format!("variant:{}", "0E".repeat(480)), Ok(LmkKind::Variant)),
            (&format!("key-block-tdes:{}", "0E".repeat(24)), Ok(LmkKind::KeyBlock)),
            (&format!("key-block-aes:{}", "0E".repeat(32)), Ok(LmkKind::AesKeyBlock)),
            (&format!("key-block-aes:{}0", "0E".repeat(32)), Err(MaterialFault::Length)),
            (&format!("key-block-aes:{}0", "0E".repeat(31)), Err(MaterialFault::Length)),
            (&format!("key-block-aes:{}", "0G".repeat(32)), Err(MaterialFault::Digits)),
            ("variant:", Err(MaterialFault::Length)),
            ("key-block:00", Err(MaterialFault::Name)),
            ("test-aes", Err(MaterialFault::Name)),
            ("", Err(MaterialFault::Name)),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        let material = Material::parse(&format!("key-block-aes:0fF0{}", "00".repeat(30)));
        assert_eq!(material.expect("an LMK").as_bytes()[..3], [0x0F, 0xF0, 0]);
    }

    #[test]
    fn other_lengths_and_mixed_components_are_refused() {
        let zero = |kind, length| Material::new(kind, &vec![1; length]);
        assert_eq!(zero(LmkKind::Variant, 24).err(), Some(MaterialFault::Length));
        assert_eq!(zero(LmkKind::KeyBlock, 32).err(), Some(MaterialFault::Length));
        assert_eq!(zero(LmkKind::AesKeyBlock, 24).err(), Some(MaterialFault::Length));
        let mut short = zero(LmkKind::Variant, 320).expect("twenty pairs");
        let long = zero(LmkKind::Variant, 480).expect("twenty triples");
        assert_eq!(short.combine(&long), Err(MaterialFault::Components));
    }
}
