//! Hash functions.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::Des;
use crate::mac::Hash;
use crate::modes::xor;

/// A hash function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Function {
    /// One that HMAC is built on too.
    Sha(Hash),
    /// MD5.
    Md5,
    /// MDC-2 with DES (ISO 10118-2). The last block is filled with zeros, unless it is whole.
    Mdc2,
}

/// Both halves of MDC-2 before the first block.
const MDC2_START: [u64; 2] = [0x5252_5252_5252_5252, 0x2525_2525_2525_2525];

/// The bits that make the two keys of MDC-2 differ, in the place of [`MDC2_FIXED`].
const MDC2_KEYS: [u64; 2] = [0x40 << 56, 0x20 << 56];

const MDC2_FIXED: u64 = 0x60 << 56;

impl Function {
    /// Bytes in a digest.
    pub fn digest_size(self) -> usize {
        match self {
            Self::Sha(hash) => hash.digest_size(),
            Self::Md5 | Self::Mdc2 => 16,
        }
    }

    /// The digest of a message.
    ///
    /// The first [`Function::digest_size`] bytes hold it, the rest is zero.
    pub fn digest(self, message: &[u8]) -> [u8; Hash::LONGEST] {
        self.digest_of(&[message])
    }

    /// The digest of the parts as one message.
    pub(crate) fn digest_of(self, parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
        match self {
            Self::Sha(Hash::Sha1) => over::<Sha1>(parts),
            Self::Sha(Hash::Sha224) => over::<Sha224>(parts),
            Self::Sha(Hash::Sha256) => over::<Sha256>(parts),
            Self::Sha(Hash::Sha384) => over::<Sha384>(parts),
            Self::Sha(Hash::Sha512) => over::<Sha512>(parts),
            Self::Md5 => over::<Md5>(parts),
            Self::Mdc2 => mdc2(&parts.concat()),
        }
    }
}

fn over<D: Digest>(parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
    let mut digest = [0; Hash::LONGEST];
    xor(&mut digest, &parts.iter().fold(D::new(), D::chain_update).finalize());
    digest
}

fn mdc2(message: &[u8]) -> [u8; Hash::LONGEST] {
    let mut state = MDC2_START;
    for block in message.chunks(8) {
        let mut padded = [0; 8];
        padded[..block.len()].copy_from_slice(block);
        let block = u64::from_be_bytes(padded);
        let [left, right] = [0, 1].map(|half| {
            let key = (state[half] & !MDC2_FIXED) | MDC2_KEYS[half];
            block ^ Des::new(&key.to_be_bytes()).encrypt(block)
        });
        let (high, low) = (0xFFFF_FFFF << 32, 0xFFFF_FFFF);
        state = [(left & high) | (right & low), (right & high) | (left & low)];
    }
    let mut digest = [0; Hash::LONGEST];
    for (place, half) in digest.chunks_mut(8).zip(state) {
        place.copy_from_slice(&half.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests that OpenSSL's own test and RFC 1321 publish.
    #[test]
    fn published_digests() {
        for (function, message, digest) in [
            (Function::Mdc2, &b"Now is the time for all "[..], "42e50cd224baceba760bdd2bd409281a"),
            (Function::Md5, b"", "d41d8cd98f00b204e9800998ecf8427e"),
            (Function::Md5, b"message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ] {
            let made = function.digest(message);
            let (made, rest) = made.split_at(function.digest_size());
            assert_eq!(hex::encode(made), digest);
            assert!(rest.iter().all(|byte| *byte == 0));
        }
    }
}
