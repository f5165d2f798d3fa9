//! Padding after PKCS#1: v1.5 for signatures and encryption, OAEP for encryption.

use rand_core::CryptoRng;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::RsaFault;
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

/// Bytes that PKCS#1 v1.5 puts around a message at least.
const FRAME: usize = 11;

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
                let digest_size = hash.digest_size();
                if message.len() + 2 * digest_size + 2 > size {
                    return Err(RsaFault::Length);
                }
                let (seed, data) = block[1..].split_at_mut(digest_size);
                rng.fill_bytes(seed);
                data[..digest_size].copy_from_slice(&digest(hash, &[parameters])[..digest_size]);
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
                let digest_size = hash.digest_size();
                if block.len() < 2 * digest_size + 2 {
                    return Err(RsaFault::Length);
                }
                let (first, rest) = block.split_at_mut(1);
                let (seed, data) = rest.split_at_mut(digest_size);
                mask(hash, data, seed);
                mask(hash, seed, data);
                let (label, rest) = data.split_at(digest_size);
                let right = digest(hash, &[parameters]);
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

/// The block that is signed: after PKCS#1 v1.5, over the digest information of a message or one that is given.
pub(super) fn signed(hash: Option<Hash>, message: &[u8], size: usize) -> Result<Vec<u8>, RsaFault> {
    let digest = hash.map(|hash| digest(hash, &[message]));
    let (prefix, data) = match (&digest, hash) {
        (Some(digest), Some(hash)) => (prefix(hash), &digest[..hash.digest_size()]),
        _ => (&[][..], message),
    };
    let length = prefix.len() + data.len();
    let filling = size.checked_sub(length + 3).filter(|filling| *filling >= FRAME - 3);
    let filling = vec![0xFF; filling.ok_or(RsaFault::Length)?];
    Ok([&[0, 1], &filling[..], &[0], prefix, data].concat())
}

/// Digest of the parts as one message; zeros behind it.
fn digest(hash: Hash, parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
    fn over<D: Digest>(parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
        let digest = parts.iter().fold(D::new(), D::chain_update).finalize();
        let mut out = [0; Hash::LONGEST];
        xor(&mut out, &digest);
        out
    }
    match hash {
        Hash::Sha1 => over::<Sha1>(parts),
        Hash::Sha224 => over::<Sha224>(parts),
        Hash::Sha256 => over::<Sha256>(parts),
        Hash::Sha384 => over::<Sha384>(parts),
        Hash::Sha512 => over::<Sha512>(parts),
    }
}

/// Combines the mask that MGF1 makes of a seed into the data.
fn mask(hash: Hash, seed: &[u8], data: &mut [u8]) {
    for (counter, piece) in (0_u32..).zip(data.chunks_mut(hash.digest_size())) {
        let mask = digest(hash, &[seed, &counter.to_be_bytes()]);
        let length = piece.len();
        xor(piece, &mask[..length]);
    }
}

/// What stands before a digest in its digest information.
const fn prefix(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2B\x0E\x03\x02\x1A\x05\x00\x04\x14",
        Hash::Sha224 => {
            b"\x30\x2D\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1C"
        }
        Hash::Sha256 => {
            b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
        }
        Hash::Sha384 => {
            b"\x30\x41\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
        }
        Hash::Sha512 => {
            b"\x30\x51\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
        }
    }
}
