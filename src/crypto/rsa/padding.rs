//! Padding after PKCS#1: v1.5 and PSS for signatures, v1.5 and OAEP for encryption.

use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::RsaFault;
use crate::hash::Function;
use crate::mac::Hash;
use crate::modes::xor;

/// How a message is padded before it is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encryption<'a> {
    /// PKCS#1 v1.5.
    Pkcs1,
    /// OAEP with MGF1.
    Oaep {
        /// Hash of the parameters and of MGF1.
        hash: Hash,
        /// Encoding parameters, also called the label.
        parameters: &'a [u8],
    },
}

/// How a message is hashed and padded before it is signed. Without a hash, it is a digest information itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signing<'a> {
    /// PKCS#1 v1.5.
    Pkcs1(Option<Function>),
    /// The digest information, padded as it would be to be encrypted. PKCS#1 knows no such signatures; payment devices do.
    Encryption(Option<Function>, Encryption<'a>),
    /// PSS with MGF1 by the same hash, and a salt as long as its digest.
    Pss(Function),
}

/// Bytes that PKCS#1 v1.5 puts around a message at least.
const FRAME: usize = 11;

/// What stands behind the hash in PSS.
const PSS_TRAILER: u8 = 0xBC;

impl Encryption<'_> {
    /// Pads a message to `size` bytes.
    pub(super) fn pad(
        self,
        message: &[u8],
        size: usize,
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, RsaFault> {
        let mut block = Zeroizing::new(vec![0; size]);
        match self {
            Self::Pkcs1 => {
                if message.len() + FRAME > size {
                    return Err(RsaFault::Length);
                }
                let (front, back) = block.split_at_mut(size - message.len());
                back.copy_from_slice(message);
                if let [_, kind, filling @ .., _] = front {
                    *kind = 2;
                    for byte in filling {
                        *byte = nonzero(rng);
                    }
                }
            }
            Self::Oaep { hash, parameters } => {
                let (digest_size, hash) = (hash.digest_size(), Function::Sha(hash));
                if message.len() + 2 * digest_size + 2 > size {
                    return Err(RsaFault::Length);
                }
                let (seed, data) = block[1..].split_at_mut(digest_size);
                rng.fill_bytes(seed);
                data[..digest_size].copy_from_slice(&hash.digest(parameters)[..digest_size]);
                let (front, back) = data.split_at_mut(data.len() - message.len());
                back.copy_from_slice(message);
                if let Some(last) = front.last_mut() {
                    *last = 1;
                }
                mask(hash, seed, data);
                mask(hash, data, seed);
            }
        }
        Ok(block)
    }

    /// Takes the padding off. Whether it is right is found without a branch on what it is.
    pub(super) fn unpad(
        self,
        mut block: Zeroizing<Vec<u8>>,
    ) -> Result<Zeroizing<Vec<u8>>, RsaFault> {
        let (is_right, start) = match self {
            Self::Pkcs1 => {
                let [first, second, rest @ ..] = &**block else { return Err(RsaFault::Padding) };
                let (found, at) = first_that_is(rest, 0, |_| Choice::from(0));
                let long_enough = Choice::from(u8::from(at >= 8));
                (first.ct_eq(&0) & second.ct_eq(&2) & found & long_enough, 2 + at + 1)
            }
            Self::Oaep { hash, parameters } => {
                let (digest_size, hash) = (hash.digest_size(), Function::Sha(hash));
                if block.len() < 2 * digest_size + 2 {
                    return Err(RsaFault::Length);
                }
                let (first, rest) = block.split_at_mut(1);
                let (seed, data) = rest.split_at_mut(digest_size);
                mask(hash, data, seed);
                mask(hash, seed, data);
                let (label, rest) = data.split_at(digest_size);
                let right = hash.digest(parameters);
                let is_right = label.ct_eq(&right[..digest_size]) & first.ct_eq(&[0]);
                let (found, at) = first_that_is(rest, 1, |byte| !byte.ct_eq(&0));
                (is_right & found, 1 + 2 * digest_size + at + 1)
            }
        };
        match block.get(start..) {
            Some(message) if bool::from(is_right) => Ok(Zeroizing::new(message.to_vec())),
            _ => Err(RsaFault::Padding),
        }
    }
}

impl Signing<'_> {
    /// The block that is signed under a modulus of so many bits.
    pub(super) fn pad(
        self,
        message: &[u8],
        bits: usize,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, RsaFault> {
        let size = bits.div_ceil(8);
        match self {
            Self::Pkcs1(hash) => pkcs1(hash, message, size),
            Self::Encryption(hash, encryption) => {
                let information = digest_information(hash, message);
                encryption.pad(&information, size, rng).map(|block| block.to_vec())
            }
            Self::Pss(hash) => {
                let mut salt = [0; Hash::LONGEST];
                let salt = &mut salt[..hash.digest_size()];
                rng.fill_bytes(salt);
                pss(hash, message, salt, bits)
            }
        }
    }

    /// Whether a block is that of a message.
    pub(super) fn matches(
        self,
        block: &[u8],
        message: &[u8],
        bits: usize,
    ) -> Result<bool, RsaFault> {
        let right = match self {
            Self::Pkcs1(hash) => pkcs1(hash, message, block.len())?,
            Self::Encryption(hash, encryption) => {
                let opened = encryption.unpad(Zeroizing::new(block.to_vec()));
                let right = digest_information(hash, message);
                return Ok(opened.is_ok_and(|opened| crate::equal(&opened, &right)));
            }
            Self::Pss(hash) => pss(hash, message, &salt_of(hash, block, bits)?, bits)?,
        };
        Ok(crate::equal(block, &right))
    }
}

/// Whether a byte is there before any that is refused, and where; in constant time.
fn first_that_is(bytes: &[u8], wanted: u8, refused: impl Fn(&u8) -> Choice) -> (Choice, usize) {
    let (mut found, mut spoiled, mut at) = (Choice::from(0), Choice::from(0), 0_u64);
    for (index, byte) in (0_u64..).zip(bytes) {
        let is_wanted = byte.ct_eq(&wanted) & !found & !spoiled;
        at.conditional_assign(&index, is_wanted);
        found |= is_wanted;
        spoiled |= refused(byte) & !found;
    }
    (found, usize::try_from(at).unwrap_or(usize::MAX))
}

fn nonzero(rng: &mut dyn CryptoRng) -> u8 {
    loop {
        if let [byte @ 1..=0xFF, ..] = rng.next_u32().to_be_bytes() {
            return byte;
        }
    }
}

/// A digest information after PKCS#1 v1.5.
fn pkcs1(hash: Option<Function>, message: &[u8], size: usize) -> Result<Vec<u8>, RsaFault> {
    let information = digest_information(hash, message);
    let filling = size.checked_sub(information.len() + 3);
    let filling = vec![0xFF; filling.filter(|length| *length >= 8).ok_or(RsaFault::Length)?];
    Ok([&[0, 1], &filling[..], &[0], &information].concat())
}

/// The digest information of a message; the message, if it is one itself.
fn digest_information(hash: Option<Function>, message: &[u8]) -> Vec<u8> {
    let Some(hash) = hash else { return message.to_vec() };
    [prefix(hash), &hash.digest(message)[..hash.digest_size()]].concat()
}

/// The block of PSS with this salt.
fn pss(hash: Function, message: &[u8], salt: &[u8], bits: usize) -> Result<Vec<u8>, RsaFault> {
    let digest_size = hash.digest_size();
    let message = hash.digest(message);
    let digest = hash.digest_of(&[&[0; 8], &message[..digest_size], salt]);
    let layout = PssLayout::new(hash, bits)?;
    let mut block = vec![0; bits.div_ceil(8)];
    let (front, back) = block[layout.start..].split_at_mut(layout.data);
    back[..digest_size].copy_from_slice(&digest[..digest_size]);
    back[digest_size] = PSS_TRAILER;
    let (filling, place) = front.split_at_mut(layout.data - salt.len());
    if let Some(last) = filling.last_mut() {
        *last = 1;
    }
    place.copy_from_slice(salt);
    mask(hash, &back[..digest_size], front);
    front[0] &= layout.first;
    Ok(block)
}

/// The salt in a block of PSS, if it is one.
fn salt_of(hash: Function, block: &[u8], bits: usize) -> Result<Vec<u8>, RsaFault> {
    let layout = PssLayout::new(hash, bits)?;
    let (front, back) = block[layout.start..].split_at(layout.data);
    let mut data = front.to_vec();
    mask(hash, &back[..hash.digest_size()], &mut data);
    Ok(data.split_off(layout.data - hash.digest_size()))
}

/// Where the parts of PSS are.
struct PssLayout {
    /// First byte: there is a zero in front where the bits of the modulus are one more than whole bytes.
    start: usize,
    /// Bytes under the mask.
    data: usize,
    /// Bits of the first of them that are not zero.
    first: u8,
}

impl PssLayout {
    fn new(hash: Function, bits: usize) -> Result<Self, RsaFault> {
        let length = (bits - 1).div_ceil(8);
        let data = length.checked_sub(hash.digest_size() + 1);
        let data = data.filter(|data| *data > hash.digest_size()).ok_or(RsaFault::Length)?;
        let start = bits.div_ceil(8) - length;
        Ok(Self { start, data, first: 0xFF >> (8 * length - (bits - 1)) })
    }
}

/// Combines the mask that MGF1 makes of a seed into the data.
fn mask(hash: Function, seed: &[u8], data: &mut [u8]) {
    for (counter, piece) in (0_u32..).zip(data.chunks_mut(hash.digest_size())) {
        let mask = hash.digest_of(&[seed, &counter.to_be_bytes()]);
        let length = piece.len();
        xor(piece, &mask[..length]);
    }
}

/// What stands before a digest in its digest information. The identifier of MDC-2 is that of OpenSSL (inferred).
const fn prefix(hash: Function) -> &'static [u8] {
    match hash {
        Function::Md5 => {
            b"\x30\x20\x30\x0C\x06\x08\x2A\x86\x48\x86\xF7\x0D\x02\x05\x05\x00\x04\x10"
        }
        Function::Mdc2 => b"\x30\x1C\x30\x08\x06\x04\x55\x08\x03\x65\x05\x00\x04\x10",
        Function::Sha(Hash::Sha1) => {
            b"\x30\x21\x30\x09\x06\x05\x2B\x0E\x03\x02\x1A\x05\x00\x04\x14"
        }
        Function::Sha(Hash::Sha224) => {
            b"\x30\x2D\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1C"
        }
        Function::Sha(Hash::Sha256) => {
            b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
        }
        Function::Sha(Hash::Sha384) => {
            b"\x30\x41\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
        }
        Function::Sha(Hash::Sha512) => {
            b"\x30\x51\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
        }
    }
}
