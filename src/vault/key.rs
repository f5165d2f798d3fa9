//! Clear keys inside the boundary.

use core::marker::PhantomData;

use crypto::{Algorithm, ClearKey};
use rand_core::Rng;
use zeroize::ZeroizeOnDrop;

use crate::key_block::Header;
use crate::role::AnyKey;
use crate::usage::{Stated, Usage};
use crate::{Expected, KeyType, Policy, Refusal, Scheme, Use};

/// A clear key that can do only what `U` allows. It never leaves as bytes and is wiped when dropped.
pub struct Key<U> {
    pub(crate) clear: ClearKey,
    header: Option<Header>,
    stated: Option<&'static KeyType>,
    usage: PhantomData<U>,
}

// The clear key wipes itself.
impl<U> ZeroizeOnDrop for Key<U> {}

impl<U: Usage> Key<U> {
    /// A key that was derived or formed, about which nothing is stated.
    pub(crate) const fn new(clear: ClearKey) -> Self {
        Self { clear, header: None, stated: None, usage: PhantomData }
    }

    /// A key out of a key block.
    pub(crate) const fn of_block(clear: ClearKey, header: Header) -> Self {
        Self { clear, header: Some(header), stated: None, usage: PhantomData }
    }

    /// A key from under a variant LMK, or one that was imported as a key of this type.
    pub(crate) const fn of_type(clear: ClearKey, key_type: &'static KeyType) -> Self {
        Self { clear, header: None, stated: Some(key_type), usage: PhantomData }
    }

    /// Draws a key. A DES key has odd parity and no two equal parts.
    ///
    /// # Errors
    /// A5 if there is no key of this size.
    pub fn generate(size: KeySize, rng: &mut dyn Rng) -> Result<Self, Refusal> {
        ClearKey::random(size.algorithm, size.bytes, rng)
            .map(Self::new)
            .map_err(|_| Refusal::KeyLength)
    }

    /// What the key block of this key said, if it came out of one.
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The key type under which this key was opened.
    pub const fn key_type(&self) -> Option<&'static KeyType> {
        self.stated
    }

    /// What the key is for.
    pub fn algorithm(&self) -> Algorithm {
        self.clear.algorithm()
    }

    /// Length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a key is never empty")]
    pub fn len(&self) -> usize {
        self.clear.len()
    }

    /// Algorithm and length.
    pub fn size(&self) -> KeySize {
        KeySize { algorithm: self.clear.algorithm(), bytes: self.clear.len() }
    }

    /// Whether all DES keys in it are equal.
    pub fn masquerades(&self) -> bool {
        self.clear.algorithm() == Algorithm::Tdes && self.clear.has_equal_parts()
    }

    /// The check value, to be shortened by the caller. DES: eight bytes, the rest is zero.
    pub fn check_value(&self) -> [u8; 16] {
        self.clear.check_value()
    }

    /// The two halves of a double-length DES key, as CVK pairs are shown.
    ///
    /// # Errors
    /// 27 for any other key.
    pub fn halves(&self) -> Result<[Self; 2], Refusal> {
        let half = |half: Result<ClearKey, crypto::KeyLength>| {
            half.map(Self::new).map_err(|_| Refusal::Length)
        };
        Ok([half(self.clear.left())?, half(self.clear.right())?])
    }
}

impl Key<Stated> {
    /// Gives the key the usage that was stated elsewhere in the message.
    ///
    /// # Errors
    /// A6 if its key block, 29 if its key type says otherwise.
    pub fn narrow<U: Usage>(self) -> Result<Key<U>, Refusal> {
        let allowed = |usage: &[u8; 2]| U::KEY_USAGES.is_empty() || U::KEY_USAGES.contains(usage);
        if self.header.is_some_and(|header| !allowed(&header.usage)) {
            return Err(Refusal::Usage);
        }
        if self.stated.is_some_and(|key_type| !key_type.usages.iter().any(allowed)) {
            return Err(Refusal::Function);
        }
        let Self { clear, header, stated, .. } = self;
        Ok(Key { clear, header, stated, usage: PhantomData })
    }

    /// Combines a component into this one by exclusive or. After the last, [`Key::formed`] makes a key of it.
    ///
    /// # Errors
    /// B5 if algorithm, length or key usage differ.
    pub fn combine(&mut self, component: &Self) -> Result<(), Refusal> {
        let usage = |key: &Self| key.header.map(|header| header.usage);
        if self.algorithm() != component.algorithm() || usage(self) != usage(component) {
            return Err(Refusal::Components);
        }
        self.clear.xor(&component.clear).map_err(|_| Refusal::Components)
    }

    /// Makes a key of what its components gave: with odd parity, if it is for DES, and acceptable to the settings.
    ///
    /// # Errors
    /// Zero without a code; 27, 75.
    pub fn formed(mut self, policy: Policy) -> Result<Self, Refusal> {
        if self.clear.is_zero() {
            return Err(Refusal::Zero);
        }
        self.force_odd_parity();
        Expected::of_type::<AnyKey>(None, Use::Any, policy).check_key(&self.clear)?;
        Ok(self)
    }

    /// Sets the parity of a DES key; returns whether it had been wrong.
    pub fn force_odd_parity(&mut self) -> bool {
        let wrong = self.algorithm() == Algorithm::Tdes && !self.clear.has_odd_parity();
        if wrong {
            self.clear.force_odd_parity();
        }
        wrong
    }
}

/// Algorithm and length of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySize {
    /// Algorithm.
    pub algorithm: Algorithm,
    /// Length in bytes.
    pub bytes: usize,
}

impl KeySize {
    /// The key that a scheme asks for.
    pub const fn of_scheme(scheme: Scheme) -> Self {
        Self { algorithm: Algorithm::Tdes, bytes: scheme.key_length() }
    }

    /// The key that the algorithm field of A0 and of the console asks for: `D1 T2 T3 A1 A2 A3`; none for any other code.
    ///
    /// Source: manual.
    pub const fn of_code(code: [u8; 2]) -> Option<Self> {
        let (algorithm, bytes) = match &code {
            b"D1" => (Algorithm::Tdes, 8),
            b"T2" => (Algorithm::Tdes, 16),
            b"T3" => (Algorithm::Tdes, 24),
            b"A1" => (Algorithm::Aes, 16),
            b"A2" => (Algorithm::Aes, 24),
            b"A3" => (Algorithm::Aes, 32),
            _ => return None,
        };
        Some(Self { algorithm, bytes })
    }

    /// The algorithm in the header of a key block for such a key: `D`, `T`, `A` or `H`.
    pub const fn header_algorithm(self) -> u8 {
        match self.algorithm {
            Algorithm::Tdes if self.bytes == 8 => b'D',
            Algorithm::Tdes => b'T',
            Algorithm::Aes => b'A',
            Algorithm::Hmac => b'H',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::tests::{Source, rows};
    use crate::usage::{Derivation, PinBlock, Transport};
    use crate::{KeyTypes, Lmk, LmkId, Token};

    fn stated(bytes: &[u8]) -> Key<Stated> {
        Key::new(ClearKey::new(Algorithm::Tdes, bytes).expect("a DES key"))
    }

    /// A ZMK that a device formed of two components.
    #[test]
    fn recorded_components_form_the_recorded_key() {
        let rows = rows(include_str!("../../vectors/crypto/thales_keyblock.jsonl"));
        let row = rows.iter().find(|row| row["algorithm"] == "thales-S-components");
        let row = row.expect("a row with components");
        let lmk = Lmk::test_key_block_tdes().expect("an LMK");
        let any = Expected::of_type::<AnyKey>(None, Use::Any, Policy::default());
        let component = Expected { component: true, ..any };
        let open = |token: &serde_json::Value, expected| {
            let token = Token(token.as_str().unwrap_or_default().as_bytes());
            lmk.open::<Stated>(LmkId(1), token, expected)
        };
        let components = &row["inputs"]["components"];
        assert_eq!(open(&components[0], &any).err(), Some(Refusal::Version));
        let mut key = open(&components[0], &component).expect("a component");
        key.combine(&open(&components[1], &component).expect("a component")).expect("alike");
        assert!(key.force_odd_parity());
        let formed = open(&row["output"]["key_block"], &any).expect("a key");
        assert_eq!(key.clear.as_bytes(), formed.clear.as_bytes());
        assert_eq!(key.check_value()[..3], [0x2A, 0xE0, 0x82]);
    }

    #[test]
    fn components_have_to_be_alike() {
        let mut key = stated(&[0x5B; 16]);
        assert_eq!(key.combine(&stated(&[0x5B; 24])), Err(Refusal::Components));
        let aes = Key::new(ClearKey::new(Algorithm::Aes, &[1; 16]).expect("an AES key"));
        assert_eq!(key.combine(&aes), Err(Refusal::Components));
        assert!(key.combine(&stated(&[0x5B; 16])).is_ok());
    }

    #[test]
    fn components_form_a_key_that_settings_accept() {
        let strict = Policy { single_des: false, masquerading: false, ..Policy::default() };
        let formed = |one: &[u8], other: &[u8], policy| {
            let mut key = stated(one);
            key.combine(&stated(other)).expect("alike");
            key.formed(policy).map(|key| key.clear.as_bytes().to_vec())
        };
        let double = [[0x01; 8], [0x02; 8]].concat();
        let (other, odd) = ([0x10; 16], [[0x10; 8], [0x13; 8]].concat());
        assert_eq!(formed(&double, &other, strict), Ok(odd));
        assert_eq!(formed(&double, &double, Policy::default()), Err(Refusal::Zero));
        assert_eq!(formed(&[0x5B; 16], &other, strict), Err(Refusal::Masquerading));
        assert!(formed(&[0x5B; 16], &other, Policy::default()).is_ok());
        assert_eq!(formed(&[0x5B; 8], &[0x10; 8], strict), Err(Refusal::Length));
    }

    #[test]
    fn narrowing_follows_type_and_header() {
        let of_type = |code| {
            let key_type = KeyTypes::Standard.find(code).expect("a key type");
            let clear = ClearKey::new(Algorithm::Tdes, &[0x5B; 16]).expect("a DES key");
            Key::<Stated>::of_type(clear, key_type)
        };
        assert!(of_type(*b"001").narrow::<PinBlock>().is_ok());
        assert_eq!(of_type(*b"001").narrow::<Derivation>().err(), Some(Refusal::Function));
        assert!(of_type(*b"002").narrow::<PinBlock>().is_ok());
        assert!(of_type(*b"002").narrow::<Transport>().is_ok());
        let lmk = Lmk::test_key_block_tdes().expect("an LMK");
        let any = Expected::of_type::<AnyKey>(None, Use::Any, Policy::default());
        let token = b"S00072B0TN00E0001566678078B5337915F4860C92F3FF2D6A6B11E8786F22DC8032EB758";
        let open = || lmk.open::<Stated>(LmkId(1), Token(token), &any).expect("a BDK");
        assert!(open().narrow::<Derivation>().is_ok_and(|bdk| bdk.header().is_some()));
        assert_eq!(open().narrow::<PinBlock>().err(), Some(Refusal::Usage));
    }

    #[test]
    fn sizes_follow_schemes_and_codes() {
        let mut source = Source::new(0x517E);
        for (code, letter, bytes) in [
            (*b"D1", b'D', 8),
            (*b"T2", b'T', 16),
            (*b"T3", b'T', 24),
            (*b"A1", b'A', 16),
            (*b"A2", b'A', 24),
            (*b"A3", b'A', 32),
        ] {
            let size = KeySize::of_code(code).expect("a size");
            assert_eq!((size.header_algorithm(), size.bytes), (letter, bytes));
            let key = Key::<Stated>::generate(size, &mut source).expect("a key");
            assert_eq!((key.size(), key.masquerades()), (size, false));
            assert_eq!(key.halves().is_ok(), code == *b"T2");
        }
        assert_eq!(KeySize::of_code(*b"T4"), None);
        assert_eq!(KeySize::of_scheme(Scheme::Y).bytes, 24);
    }
}
