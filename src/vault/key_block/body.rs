//! The encrypted part of a key block: length of the key in bits, key, random padding.

use core::ops::Range;

use crypto::{Algorithm, ClearKey};
use rand_core::Rng;
use zeroize::Zeroize;

use super::optional::{padding_length, write_padding};
use super::{
    Header, KeyBlock, KeyBlockKeys, OptionalBlocks, Version, binding, hexadecimal, is_binary,
};
use crate::Refusal;

/// Bytes of the length in front of the key.
pub(super) const LENGTH_PREFIX: usize = 2;
/// Longest body that a key for this device needs, in bytes: its longest key, and padding as other makers may choose it.
const LONGEST: usize = 256;

/// How many random bytes follow the key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Padding {
    /// As few as the cipher needs: TR-31:2018, and what Thales devices do.
    #[default]
    Minimal,
    /// As many as the longest key of the algorithm needs, so that the length of the block does not tell that of the key:
    /// 24 bytes for DES, 32 for AES (X9.143), 128 for HMAC (inferred).
    LengthHiding,
}

impl Padding {
    /// Length that the key is brought to, at least.
    fn length(self, payload: usize, algorithm: Algorithm) -> usize {
        let longest = match algorithm {
            Algorithm::Tdes => 24,
            Algorithm::Aes => 32,
            Algorithm::Hmac => ClearKey::LONGEST,
        };
        match self {
            Self::Minimal => payload,
            Self::LengthHiding => payload.max(longest),
        }
    }
}

/// A place for a clear body, wiped as far as it was used.
struct Clear {
    bytes: [u8; LONGEST],
    used: usize,
}

impl Drop for Clear {
    fn drop(&mut self) {
        self.bytes[..self.used].zeroize();
    }
}

impl KeyBlock<'_> {
    /// Verifies the block and takes its symmetric key out.
    ///
    /// # Errors
    /// BE if the keys are of another version; A4 if the authenticator is wrong; A5 if the length of the key does not fit its
    /// algorithm, or its padding is longer than anybody makes it; A7 if it is not symmetric.
    pub fn open(&self, keys: &KeyBlockKeys) -> Result<(Header, ClearKey), Refusal> {
        let algorithm = algorithm(&self.header)?;
        let mut clear = Clear { bytes: [0; LONGEST], used: self.body_length() };
        let body = clear.bytes.get_mut(..clear.used).ok_or(Refusal::KeyLength)?;
        self.decrypt(keys, body)?;
        let key = body.get(payload(body)?).ok_or(Refusal::KeyLength)?;
        let key = ClearKey::new(algorithm, key).map_err(|_| Refusal::KeyLength)?;
        check_length(&self.header, &key)?;
        Ok((self.header, key))
    }

    /// Verifies the block and decrypts all of its body, length and padding included, to the front of `out`.
    ///
    /// # Errors
    /// BE if the keys are of another version; A5 if `out` is too short; A4.
    pub(super) fn decrypt(&self, keys: &KeyBlockKeys, out: &mut [u8]) -> Result<(), Refusal> {
        if self.header.version != keys.version() {
            return Err(Refusal::HeaderIdentifier);
        }
        let body = out.get_mut(..self.body_length()).ok_or(Refusal::KeyLength)?;
        if self.is_binary() {
            body.copy_from_slice(self.body);
        } else {
            hexadecimal::decode(self.body, body).ok_or(Refusal::Format)?;
        }
        let mut authenticator = [0; binding::LONGEST];
        let authenticator = &mut authenticator[..self.header.version.authenticator_length()];
        hexadecimal::decode(self.authenticator, authenticator).ok_or(Refusal::Format)?;
        binding::open(keys, self.associated, body, authenticator)
    }
}

/// Where the key stands in a clear body.
///
/// # Errors
/// A5 if its length is no whole number of bytes, is zero, or does not fit the body.
pub(super) fn payload(body: &[u8]) -> Result<Range<usize>, Refusal> {
    let (&prefix, rest) = body.split_first_chunk::<LENGTH_PREFIX>().ok_or(Refusal::KeyLength)?;
    let bits = usize::from(u16::from_be_bytes(prefix));
    if bits == 0 || !bits.is_multiple_of(8) || bits / 8 > rest.len() {
        return Err(Refusal::KeyLength);
    }
    Ok(LENGTH_PREFIX..LENGTH_PREFIX + bits / 8)
}

/// The algorithm of a symmetric key; A7 for all others.
fn algorithm(header: &Header) -> Result<Algorithm, Refusal> {
    match header.algorithm {
        b'T' | b'D' => Ok(Algorithm::Tdes),
        b'A' => Ok(Algorithm::Aes),
        b'H' => Ok(Algorithm::Hmac),
        _ => Err(Refusal::Algorithm),
    }
}

/// A key for `D`, which is DES and not triple DES, has eight bytes; else A5.
fn check_length(header: &Header, key: &ClearKey) -> Result<(), Refusal> {
    if header.algorithm == b'D' && key.len() != 8 { Err(Refusal::KeyLength) } else { Ok(()) }
}

/// Seals a symmetric key, and returns the length of the block.
///
/// # Errors
/// A7 if the header is for another algorithm than the key; A5 for a long key where it says `D`; B4 if an optional block contradicts
/// the key; those of [`seal_payload`].
pub(super) fn seal(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    key: &ClearKey,
    padding: Padding,
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    if algorithm(header)? != key.algorithm() {
        return Err(Refusal::Algorithm);
    }
    check_length(header, key)?;
    OptionalBlocks::parse(optional)?.check_key(header, key)?;
    let length = padding.length(key.len(), key.algorithm());
    seal_payload(keys, header, optional, key.as_bytes(), length, rng, out)
}

/// Seals any payload, padded to at least `length` bytes, and returns the length of the block.
///
/// # Errors
/// BE if the keys are of another version; those of the header and optional blocks; A5 if the payload is empty or its length
/// cannot be said; 83 if the block would be longer than `out` or than its own length field can say.
pub(super) fn seal_payload(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    payload: &[u8],
    length: usize,
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    let version = keys.version();
    if header.version != version {
        return Err(Refusal::HeaderIdentifier);
    }
    header.check()?;
    let optional = OptionalBlocks::parse(optional)?.without_padding();
    let optional_padding = padding_length(optional.text().len(), version.block_size());
    let binary = is_binary(header);
    let prefix = if binary { 0 } else { LENGTH_PREFIX };
    if payload.is_empty() || length < payload.len() {
        return Err(Refusal::KeyLength);
    }
    let body_length = match version {
        Version::E => prefix + length,
        _ => (prefix + length).next_multiple_of(version.block_size()),
    };
    let header_length = Header::LENGTH + optional.text().len() + optional_padding;
    let body_text = if binary { body_length } else { 2 * body_length };
    let total = header_length + body_text + 2 * version.authenticator_length();
    let fixed = header.write(total, optional.count() + usize::from(optional_padding > 0))?;

    let out = out.get_mut(..total).ok_or(Refusal::Format)?;
    let (associated, rest) = out.split_at_mut(header_length);
    let (front, variable) = associated.split_at_mut(Header::LENGTH);
    front.copy_from_slice(&fixed);
    let (blocks, last) = variable.split_at_mut(optional.text().len());
    blocks.copy_from_slice(optional.text());
    write_padding(last);

    let (text, authenticator_text) = rest.split_at_mut(body_text);
    // The clear body is built and encrypted in the back half of the place for its digits.
    let body = &mut text[body_text - body_length..];
    let (front, filling) = body.split_at_mut(prefix + payload.len());
    if !binary {
        let bits = u16::try_from(8 * payload.len()).map_err(|_| Refusal::KeyLength)?;
        front[..prefix].copy_from_slice(&bits.to_be_bytes());
    }
    front[prefix..].copy_from_slice(payload);
    rng.fill_bytes(filling);
    let authenticator = binding::seal(keys, associated, body)?;
    if !binary {
        hexadecimal::spread(text);
    }
    hexadecimal::encode(&authenticator[..version.authenticator_length()], authenticator_text);
    Ok(total)
}
