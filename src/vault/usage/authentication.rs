//! Keys that authenticate messages.

use crypto::mac::{Chain, Hash, Padding, cmac, hmac};
use crypto::{Algorithm, BlockCipher, Cipher, NotBlocks, scan};

use super::Authentication;
use crate::Key;

/// How a MAC is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MacAlgorithm {
    /// ISO 9797-1 algorithm 1, CBC-MAC with DES or AES; ANSI X9.9 with a single-length key.
    Iso9797Algorithm1,
    /// ISO 9797-1 algorithm 3, ANSI X9.19: with DES only.
    Iso9797Algorithm3,
    /// CMAC, ISO 9797-1 algorithm 5.
    Cmac,
}

impl MacAlgorithm {
    /// Whether keys of this usage are for the algorithm, by X9.143; there `M0` is for ISO 16609, here for any (inferred).
    const fn is_of(self, usage: [u8; 2]) -> bool {
        match self {
            Self::Iso9797Algorithm1 => matches!(&usage, b"M0" | b"M1" | b"M5"),
            Self::Iso9797Algorithm3 => matches!(&usage, b"M0" | b"M3"),
            Self::Cmac => matches!(&usage, b"M0" | b"M5" | b"M6"),
        }
    }
}

/// Why a MAC is not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MacFault {
    /// The algorithm does not go with the key.
    #[error("MAC algorithm does not go with this key")]
    Algorithm,
    /// The key block of the key is for another algorithm.
    #[error("key usage is that of another MAC algorithm")]
    Usage,
    /// Message or chaining value are not whole blocks where they have to be.
    #[error("message is not a whole number of blocks: ask for padding")]
    Blocks,
}

impl From<NotBlocks> for MacFault {
    fn from(_: NotBlocks) -> Self {
        Self::Blocks
    }
}

/// The hash function that a Thales usage of HMAC keys names.
pub const fn hash_of(usage: [u8; 2]) -> Option<Hash> {
    Some(match &usage {
        b"61" => Hash::Sha1,
        b"62" => Hash::Sha224,
        b"63" => Hash::Sha256,
        b"64" => Hash::Sha384,
        b"65" => Hash::Sha512,
        _ => return None,
    })
}

/// The key usage of HMAC keys of a hash algorithm.
pub const fn usage_of(hash: Hash) -> [u8; 2] {
    match hash {
        Hash::Sha1 => *b"61",
        Hash::Sha224 => *b"62",
        Hash::Sha256 => *b"63",
        Hash::Sha384 => *b"64",
        Hash::Sha512 => *b"65",
    }
}

impl Key<Authentication> {
    /// Bytes of a chaining value and of a whole MAC: 16 for AES, else 8.
    pub fn mac_length(&self) -> usize {
        if self.algorithm() == Algorithm::Aes { 16 } else { 8 }
    }

    /// The algorithm that the older commands choose by the length of a DES key: ANSI X9.9 for single length, else X9.19.
    pub fn ansi_algorithm(&self) -> MacAlgorithm {
        if self.algorithm() == Algorithm::Tdes && self.len() == 8 {
            MacAlgorithm::Iso9797Algorithm1
        } else {
            MacAlgorithm::Iso9797Algorithm3
        }
    }

    /// MAC over the only or last part of a message, after the chaining value of the parts before.
    ///
    /// The first [`Key::mac_length`] bytes, the rest is zero. CMAC pads by itself and takes no notice of `padding`.
    ///
    /// # Errors
    /// [`MacFault`].
    pub fn mac(
        &self,
        algorithm: MacAlgorithm,
        padding: Padding,
        chaining: Option<&[u8]>,
        message: &[u8],
    ) -> Result<[u8; 16], MacFault> {
        let cipher = self.cipher(algorithm)?;
        match (algorithm, chaining) {
            (MacAlgorithm::Cmac, None) => Ok(cmac(&cipher, &[message])),
            (MacAlgorithm::Cmac, Some(chaining)) => resumed_cmac(&cipher, chaining, message),
            _ => Ok(chain(&cipher, algorithm, chaining)?.finish(message, padding)?),
        }
    }

    /// Chaining value after the first or a middle part of a message, which has to be whole blocks.
    ///
    /// For algorithm 3 the state under the first DES key. The first [`Key::mac_length`] bytes, the rest is zero.
    ///
    /// # Errors
    /// [`MacFault`].
    pub fn chaining_value(
        &self,
        algorithm: MacAlgorithm,
        chaining: Option<&[u8]>,
        message: &[u8],
    ) -> Result<[u8; 16], MacFault> {
        let cipher = self.cipher(algorithm)?;
        let mut chain = chain(&cipher, algorithm, chaining)?;
        chain.update(message)?;
        let mut value = [0; 16];
        for (place, byte) in value.iter_mut().zip(chain.value()) {
            *place = *byte;
        }
        Ok(value)
    }

    /// Whether `expected` is the beginning of the MAC; compared in constant time. An empty one is not.
    ///
    /// # Errors
    /// [`MacFault`].
    pub fn verify_mac(
        &self,
        algorithm: MacAlgorithm,
        padding: Padding,
        chaining: Option<&[u8]>,
        message: &[u8],
        expected: &[u8],
    ) -> Result<bool, MacFault> {
        let mac = self.mac(algorithm, padding, chaining, message)?;
        let start = mac.get(..self.mac_length()).and_then(|mac| mac.get(..expected.len()));
        Ok(start.is_some_and(|mac| !mac.is_empty() && crypto::equal(mac, expected)))
    }

    /// Twelve decimal digits of the MAC over a whole message, zeros behind it where it is no whole block.
    ///
    /// Digits are taken as for a PVV: first the decimal ones, then the letters less ten (inferred: nothing about this is public).
    ///
    /// # Errors
    /// [`MacFault`].
    pub fn decimal_mac(
        &self,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<[u8; 12], MacFault> {
        let mac = self.mac(algorithm, Padding::Zeros, None, message)?;
        Ok(scan(&mac[..8]))
    }

    /// The hash function that an HMAC key is for, by the usage of its key block.
    pub fn hash(&self) -> Option<Hash> {
        self.header().and_then(|header| hash_of(header.usage))
    }

    /// HMAC over the parts as one message: the first [`Hash::digest_size`] bytes.
    ///
    /// # Errors
    /// [`MacFault::Algorithm`] if this is not an HMAC key.
    pub fn hmac(&self, hash: Hash, parts: &[&[u8]]) -> Result<[u8; Hash::LONGEST], MacFault> {
        if self.algorithm() == Algorithm::Hmac {
            Ok(hmac(hash, self.clear.as_bytes(), parts))
        } else {
            Err(MacFault::Algorithm)
        }
    }

    fn cipher(&self, algorithm: MacAlgorithm) -> Result<Cipher, MacFault> {
        if self.header().is_some_and(|header| !algorithm.is_of(header.usage)) {
            return Err(MacFault::Usage);
        }
        self.clear.cipher().map_err(|_| MacFault::Algorithm)
    }
}

fn chain<'k>(
    cipher: &'k Cipher,
    algorithm: MacAlgorithm,
    chaining: Option<&[u8]>,
) -> Result<Chain<'k>, MacFault> {
    let chain = match (algorithm, cipher) {
        (MacAlgorithm::Iso9797Algorithm1 | MacAlgorithm::Cmac, _) => Chain::algorithm_1(cipher),
        (MacAlgorithm::Iso9797Algorithm3, Cipher::Tdes(_)) => Chain::algorithm_3(cipher),
        (MacAlgorithm::Iso9797Algorithm3, Cipher::Aes(_)) => return Err(MacFault::Algorithm),
    };
    match chaining {
        Some(value) => Ok(chain.resume(value)?),
        None => Ok(chain),
    }
}

/// CMAC of the rest of a message. The block that encrypts to the chaining value stands for all that went before.
fn resumed_cmac(cipher: &Cipher, chaining: &[u8], message: &[u8]) -> Result<[u8; 16], MacFault> {
    let mut block = [0; 16];
    let block = block.get_mut(..cipher.block_size()).ok_or(MacFault::Blocks)?;
    if chaining.len() != block.len() || message.is_empty() {
        return Err(MacFault::Blocks);
    }
    block.copy_from_slice(chaining);
    cipher.decrypt_block(block);
    Ok(cmac(cipher, &[block, message]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::tests::Source;
    use crate::usage::tests::key;
    use rand_core::Rng;

    /// A message cut anywhere between blocks has the MAC of the whole.
    #[test]
    fn chained_parts_give_the_mac_of_the_whole() {
        let mut message = [0; 70];
        Source::new(0x3AC).fill_bytes(&mut message);
        for (algorithm, bytes) in [(Algorithm::Tdes, 16), (Algorithm::Aes, 32)] {
            let key: Key<Authentication> = key(algorithm, &vec![0x5B; bytes]);
            for method in [
                MacAlgorithm::Iso9797Algorithm1,
                MacAlgorithm::Iso9797Algorithm3,
                MacAlgorithm::Cmac,
            ] {
                if algorithm == Algorithm::Aes && method == MacAlgorithm::Iso9797Algorithm3 {
                    let outcome = key.mac(method, Padding::Zeros, None, &message);
                    assert_eq!(outcome, Err(MacFault::Algorithm));
                    continue;
                }
                for end in 1..message.len() {
                    let message = &message[..end];
                    let whole = key.mac(method, Padding::Zeros, None, message);
                    for cut in (key.mac_length()..end).step_by(key.mac_length()) {
                        let (first, last) = message.split_at(cut);
                        let value = key.chaining_value(method, None, first).expect("blocks");
                        let value = &value[..key.mac_length()];
                        let mac = key.mac(method, Padding::Zeros, Some(value), last);
                        assert_eq!(mac, whole, "{method:?} {cut} of {end}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_mac_verifies_in_the_length_that_was_sent() {
        let key: Key<Authentication> = key(Algorithm::Tdes, &[0x5B; 16]);
        let method = MacAlgorithm::Iso9797Algorithm3;
        let mac = key.mac(method, Padding::Zeros, None, b"message").expect("a MAC");
        let verify = |expected: &[u8]| {
            key.verify_mac(method, Padding::Zeros, None, b"message", expected) == Ok(true)
        };
        assert!(verify(&mac[..4]) && verify(&mac[..8]));
        assert!(!verify(&[]) && !verify(&mac[..9]) && !verify(&mac[1..5]));
    }

    #[test]
    fn hmac_needs_an_hmac_key() {
        let tak: Key<Authentication> = key(Algorithm::Tdes, &[0x5B; 16]);
        assert_eq!(tak.hmac(Hash::Sha256, &[b"message"]), Err(MacFault::Algorithm));
        let hmac: Key<Authentication> = key(Algorithm::Hmac, &[0x5B; 20]);
        assert!(hmac.hmac(Hash::Sha256, &[b"message"]).is_ok());
        let outcome = hmac.mac(MacAlgorithm::Cmac, Padding::None, None, b"message");
        assert_eq!(outcome, Err(MacFault::Algorithm));
    }
}
