//! HMAC.

use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::modes::xor;

/// A hash function that HMAC is built on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Longest digest of any, in bytes.
    pub const LONGEST: usize = 64;

    /// Bytes in a digest.
    pub fn digest_size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of the parts as one message.
    ///
    /// The first [`Hash::digest_size`] bytes hold it, the rest is zero.
    pub fn digest(self, parts: &[&[u8]]) -> [u8; Self::LONGEST] {
        match self {
            Self::Sha1 => digest_over::<Sha1>(parts),
            Self::Sha224 => digest_over::<Sha224>(parts),
            Self::Sha256 => digest_over::<Sha256>(parts),
            Self::Sha384 => digest_over::<Sha384>(parts),
            Self::Sha512 => digest_over::<Sha512>(parts),
        }
    }

    fn block_size(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
        }
    }
}

/// HMAC (FIPS 198-1) over the parts as one message.
///
/// The first [`Hash::digest_size`] bytes hold the MAC, the rest is zero.
pub fn hmac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
    match hash {
        Hash::Sha1 => hmac_over::<Sha1>(hash, key, parts),
        Hash::Sha224 => hmac_over::<Sha224>(hash, key, parts),
        Hash::Sha256 => hmac_over::<Sha256>(hash, key, parts),
        Hash::Sha384 => hmac_over::<Sha384>(hash, key, parts),
        Hash::Sha512 => hmac_over::<Sha512>(hash, key, parts),
    }
}

fn digest_over<D: Digest>(parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
    let digest = parts.iter().fold(D::new(), D::chain_update).finalize();
    let mut out = [0; Hash::LONGEST];
    xor(&mut out, &digest);
    out
}

fn hmac_over<D: Digest>(hash: Hash, key: &[u8], parts: &[&[u8]]) -> [u8; Hash::LONGEST] {
    let mut pad = Zeroizing::new([0; 128]);
    let pad = &mut pad[..hash.block_size()];
    if key.len() > pad.len() {
        let digest = D::digest(key);
        xor(pad, &digest);
    } else {
        xor(pad, key);
    }
    flip(pad, 0x36);
    let inner = parts.iter().fold(D::new_with_prefix(&*pad), D::chain_update).finalize();
    flip(pad, 0x36 ^ 0x5C);
    let outer = D::new_with_prefix(&*pad).chain_update(inner).finalize();
    let mut mac = [0; Hash::LONGEST];
    xor(&mut mac, &outer);
    mac
}

fn flip(pad: &mut [u8], bits: u8) {
    for byte in pad {
        *byte ^= bits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::vectors;

    fn hash(name: &str) -> Option<Hash> {
        Some(match name {
            "sha1" => Hash::Sha1,
            "sha224" => Hash::Sha224,
            "sha256" => Hash::Sha256,
            "sha384" => Hash::Sha384,
            "sha512" => Hash::Sha512,
            _ => return None,
        })
    }

    #[test]
    fn hmac_vectors() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/hmac.jsonl"
        ))) {
            let name = vector.algorithm().strip_prefix("hmac-").expect("hmac-hash");
            let hash = hash(name).expect("a hash");
            let (data, expected) = (vector.bytes("data"), vector.output_bytes());
            let (first, second) = data.split_at(data.len() / 3);
            let mac = hmac(hash, &vector.bytes("key"), &[first, second]);
            let (mac, rest) = mac.split_at(hash.digest_size());
            assert_eq!(mac, expected, "{}", vector.id());
            assert!(rest.iter().all(|byte| *byte == 0));
        }
    }

    /// How check values of HMAC keys are formed is inferred; these rows come from one engine.
    #[test]
    fn check_value_vectors() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/kcv.jsonl"
        )))
        .filter(|vector| vector.algorithm() == "kcv-hmac-empty")
        {
            let hash = vector.input("hash").as_str().and_then(hash).expect("a hash");
            let expected = vector.output_bytes();
            assert_eq!(hmac(hash, &vector.bytes("key"), &[])[..3], expected, "{}", vector.id());
        }
    }
}
