//! Clear keys inside the boundary.

use core::marker::PhantomData;

use crypto::{Algorithm, ClearKey};
use rand_core::Rng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key_block::Header;
use crate::usage::{Stated, Usage};
use crate::{KeyType, Refusal, Scheme};

/// A clear key that can do only what `U` allows. It never leaves as bytes and is wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key<U> {
    pub(crate) clear: ClearKey,
    #[zeroize(skip)]
    header: Option<Header>,
    #[zeroize(skip)]
    stated: Option<&'static KeyType>,
    #[zeroize(skip)]
    usage: PhantomData<U>,
}

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
        let clear = ClearKey::new(self.clear.algorithm(), self.clear.as_bytes())
            .map_err(|_| Refusal::KeyLength)?;
        Ok(Key { clear, header: self.header, stated: self.stated, usage: PhantomData })
    }

    /// Combines a component into this one by exclusive or. After the last, [`Key::force_odd_parity`] makes a DES key of it.
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
