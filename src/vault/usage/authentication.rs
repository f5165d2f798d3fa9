//! Keys that authenticate messages.

use crypto::mac::{Chain, Hash, Padding, cmac, hmac};
use crypto::{Algorithm, BlockCipher, Cipher, NotBlocks};

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

/// Why a MAC is not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MacFault {
    /// The algorithm does not go with the key.
    #[error("MAC algorithm does not go with this key")]
    Algorithm,
    /// Message or chaining value are not whole blocks where they have to be.
    #[error("message is not a whole number of blocks: ask for padding")]
    Blocks,
}

impl From<NotBlocks> for MacFault {
    fn from(_: NotBlocks) -> Self {
        Self::Blocks
    }
}

impl Key<Authentication> {
    /// Bytes of a chaining value and of a whole MAC: 16 for AES, else 8.
    pub fn mac_length(&self) -> usize {
        if self.algorithm() == Algorithm::Aes { 16 } else { 8 }
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
        let cipher = self.cipher()?;
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
        let cipher = self.cipher()?;
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

    fn cipher(&self) -> Result<Cipher, MacFault> {
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
