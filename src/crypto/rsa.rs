//! RSA: key pairs, signatures and encryption after PKCS#1.
//!
//! Private operations are blinded, and their result is checked against the public key. Padding is taken off
//! here, without a branch on what is secret, because a device tells its host that padding is wrong.

mod block;
mod der;
mod padding;

pub use block::{BlockFault, DataBlock, Template};
pub use der::{NoSequence, Representation};
pub use padding::{Encryption, Signing};

use rand_core::CryptoRng;
use rsa::BoxedUint;
use rsa::hazmat::{rsa_decrypt_and_check, rsa_encrypt};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use zeroize::Zeroizing;

/// Why something cannot be done with RSA.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RsaFault {
    /// Not a key: factors, exponents or modulus do not go together, or are out of bounds.
    #[error("not an RSA key")]
    Key,
    /// Data are too long for the modulus, or not as long as it.
    #[error("data do not fit the modulus")]
    Length,
    /// What was decrypted is not padded as it should be.
    #[error("padding is wrong")]
    Padding,
}

/// Bits of a modulus. The lower bound is that of the manual, the upper that of newer devices.
pub const MODULUS_BITS: core::ops::RangeInclusive<usize> = 320..=4096;

/// Largest public exponent of a key pair: what private keys can be made for here.
const LARGEST_EXPONENT: u64 = (1 << 33) - 1;

/// A public key.
pub struct PublicKey(rsa::PublicKey);

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        (self.modulus(), self.exponent()) == (other.modulus(), other.exponent())
    }
}

/// A private key; wiped when dropped.
pub struct PrivateKey(rsa::PrivateKey);

/// The numbers of a private key by the Chinese remainder theorem, big-endian; wiped when dropped.
pub struct Factors {
    /// First prime.
    pub p: Zeroizing<Vec<u8>>,
    /// Second prime.
    pub q: Zeroizing<Vec<u8>>,
    /// Private exponent modulo `p - 1`.
    pub dp: Zeroizing<Vec<u8>>,
    /// Private exponent modulo `q - 1`.
    pub dq: Zeroizing<Vec<u8>>,
    /// Inverse of `q` modulo `p`.
    pub q_inverse: Zeroizing<Vec<u8>>,
}

impl PublicKey {
    /// A public key of modulus and exponent, both big-endian.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for a modulus that is even or out of [`MODULUS_BITS`], and for an exponent that is even, one, or
    /// no smaller than the modulus.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, RsaFault> {
        let (modulus, exponent) = (significant(modulus), significant(exponent));
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        if !is_odd(modulus) || !is_odd(exponent) || exponent == [1] {
            return Err(RsaFault::Key);
        }
        let modulus = BoxedUint::from_be_slice_vartime(modulus);
        let exponent = BoxedUint::from_be_slice_vartime(exponent);
        let bits = usize::try_from(modulus.bit_width_vartime()).map_err(|_| RsaFault::Key)?;
        if !MODULUS_BITS.contains(&bits) || exponent >= modulus {
            return Err(RsaFault::Key);
        }
        Ok(Self(rsa::PublicKey::new_unchecked(modulus, exponent)))
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> Box<[u8]> {
        self.0.n().to_be_bytes_trimmed_vartime()
    }

    /// The exponent, big-endian.
    pub fn exponent(&self) -> Box<[u8]> {
        self.0.e().to_be_bytes_trimmed_vartime()
    }

    /// Bytes of the modulus.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        usize::try_from(self.0.n().bit_width_vartime()).unwrap_or(usize::MAX)
    }

    /// Encrypts a message.
    ///
    /// # Errors
    /// [`RsaFault::Length`] if it is too long for the modulus.
    pub fn encrypt(
        &self,
        encryption: Encryption<'_>,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, RsaFault> {
        self.apply(&encryption.pad(message, self.size(), rng)?)
    }

    /// Whether a signature is that of a message.
    ///
    /// # Errors
    /// [`RsaFault::Length`] if the signature is not as long as the modulus, or the modulus is too short for the digest.
    pub fn verify(
        &self,
        signing: Signing<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, RsaFault> {
        if signature.len() != self.size() {
            return Err(RsaFault::Length);
        }
        let Ok(block) = self.apply(signature) else { return Ok(false) };
        signing.matches(&block, message, self.bits())
    }

    /// The public operation on a number of the length of the modulus.
    fn apply(&self, block: &[u8]) -> Result<Vec<u8>, RsaFault> {
        let number = number(block, self.0.n_bits_precision())?;
        if number >= **self.0.n() {
            return Err(RsaFault::Length);
        }
        let result = rsa_encrypt(&self.0, &number).map_err(|_| RsaFault::Key)?;
        Ok(fixed(&result, self.size()).to_vec())
    }
}

impl PrivateKey {
    /// Makes a key pair with a modulus of so many bits.
    ///
    /// # Errors
    /// [`RsaFault::Key`] for a modulus out of [`MODULUS_BITS`], and for an exponent that is even, one, or over
    /// 33 bits.
    pub fn generate(
        bits: usize,
        exponent: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, RsaFault> {
        let exponent = exponent_of(exponent).ok_or(RsaFault::Key)?;
        if !MODULUS_BITS.contains(&bits) {
            return Err(RsaFault::Key);
        }
        let key = rsa::PrivateKey::new_with_exp_unchecked(rng, bits, BoxedUint::from(exponent));
        key.map(Self).map_err(|_| RsaFault::Key)
    }

    /// A private key of its factors. The public exponent follows from them.
    ///
    /// # Errors
    /// [`RsaFault::Key`] if they do not go together, or for a public exponent over 33 bits.
    pub fn of_factors(factors: &Factors) -> Result<Self, RsaFault> {
        let parts =
            [&factors.p, &factors.q, &factors.dp, &factors.dq].map(|part| significant(part));
        let longest = parts.iter().map(|part| part.len()).max().unwrap_or_default();
        if longest > MODULUS_BITS.end().div_ceil(16) {
            return Err(RsaFault::Key);
        }
        let width = u32::try_from(8 * longest.next_multiple_of(8)).map_err(|_| RsaFault::Key)?;
        let [p, q, dp, dq] = parts.map(|part| number(part, width).map(Zeroizing::new));
        let (p, q) = (p?, q?);
        let exponent = public_exponent(&p, &*dp?).ok_or(RsaFault::Key)?;
        if public_exponent(&q, &*dq?) != Some(exponent) {
            return Err(RsaFault::Key);
        }
        let key = rsa::PrivateKey::from_p_q((*p).clone(), (*q).clone(), BoxedUint::from(exponent));
        let key = key.map_err(|_| RsaFault::Key)?;
        let bits = usize::try_from(key.n().bit_width_vartime()).map_err(|_| RsaFault::Key)?;
        if MODULUS_BITS.contains(&bits) { Ok(Self(key)) } else { Err(RsaFault::Key) }
    }

    /// The factors, each `width` bytes or as long as the longer prime.
    ///
    /// # Errors
    /// [`RsaFault::Key`], which does not happen with keys that were made here.
    pub fn factors(&self) -> Result<Factors, RsaFault> {
        let [p, q] = self.0.primes() else { return Err(RsaFault::Key) };
        let (dp, dq) = (self.0.dp().ok_or(RsaFault::Key)?, self.0.dq().ok_or(RsaFault::Key)?);
        let inverse = Zeroizing::new(self.0.crt_coefficient().ok_or(RsaFault::Key)?);
        let width = self.bits().div_ceil(2).div_ceil(8);
        let part = |number: &BoxedUint| fixed(number, width);
        Ok(Factors {
            p: part(p),
            q: part(q),
            dp: part(dp),
            dq: part(dq),
            q_inverse: part(&inverse),
        })
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.to_public_key())
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        usize::try_from(self.0.n().bit_width_vartime()).unwrap_or(usize::MAX)
    }

    /// Signs a message.
    ///
    /// # Errors
    /// [`RsaFault::Length`] if the modulus is too short for the digest.
    pub fn sign(
        &self,
        signing: Signing<'_>,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, RsaFault> {
        let block = signing.pad(message, self.bits(), rng)?;
        self.apply(&block, rng).map(|signature| signature.to_vec())
    }

    /// Decrypts a message.
    ///
    /// # Errors
    /// [`RsaFault::Length`] if it is not as long as the modulus, or no smaller; [`RsaFault::Padding`].
    pub fn decrypt(
        &self,
        encryption: Encryption<'_>,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, RsaFault> {
        if message.len() != self.0.size() {
            return Err(RsaFault::Length);
        }
        encryption.unpad(self.apply(message, rng)?)
    }

    /// The private operation on a number of the length of the modulus.
    fn apply(&self, block: &[u8], rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, RsaFault> {
        let number = Zeroizing::new(number(block, self.0.n_bits_precision())?);
        if *number >= **self.0.n() {
            return Err(RsaFault::Length);
        }
        let result =
            rsa_decrypt_and_check(&self.0, Some(rng), &number).map_err(|_| RsaFault::Key)?;
        Ok(fixed(&Zeroizing::new(result), self.0.size()))
    }
}

/// The public exponent that goes with a prime and the private exponent modulo one less.
fn public_exponent(prime: &BoxedUint, exponent: &BoxedUint) -> Option<u64> {
    let one = BoxedUint::one_with_precision(prime.bits_precision());
    let modulus = Zeroizing::new(prime.wrapping_sub(&one));
    let modulus = modulus.to_nz().into_option()?;
    let inverse = exponent.invert_mod(&modulus).into_option()?;
    exponent_of(&inverse.to_be_bytes_trimmed_vartime())
}

/// An odd exponent of at most 33 bits.
fn exponent_of(bytes: &[u8]) -> Option<u64> {
    let bytes = significant(bytes);
    let mut padded = [0; 8];
    padded.get_mut(8_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    let exponent = u64::from_be_bytes(padded);
    (exponent % 2 == 1 && (3..=LARGEST_EXPONENT).contains(&exponent)).then_some(exponent)
}

/// A number without the zeros in front of it.
fn significant(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn number(bytes: &[u8], precision: u32) -> Result<BoxedUint, RsaFault> {
    BoxedUint::from_be_slice(bytes, precision).map_err(|_| RsaFault::Length)
}

/// A number in so many bytes, big-endian; higher bytes, which are zero, are left away.
fn fixed(number: &BoxedUint, length: usize) -> Zeroizing<Vec<u8>> {
    let bytes = Zeroizing::new(number.to_be_bytes().into_vec());
    let mut fixed = Zeroizing::new(vec![0; length]);
    for (place, byte) in fixed.iter_mut().rev().zip(bytes.iter().rev()) {
        *place = *byte;
    }
    fixed
}

#[cfg(test)]
mod tests;
