//! Key derivation of TR-31 and ANSI X9.143 key blocks, versions B, D and E.

use zeroize::Zeroizing;

use crate::KeyLength;
use crate::cipher::BlockCipher;
use crate::key::{Algorithm, ClearKey};
use crate::mac::cmac;

/// What a key derived from a key block protection key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlockKey {
    /// Encryption in CBC mode (versions B and D).
    Encryption,
    /// Authentication (versions B, D and E).
    Authentication,
    /// Encryption in counter mode (version E, ISO 20038).
    CounterEncryption,
}

/// Derives a key of the same algorithm and length from a key block protection key.
///
/// Each block of output is a CMAC over a counter, the usage, a zero byte, the algorithm and the length in bits
/// (ANSI X9.143, section 6). TDES keys have two or three parts; their parity is not adjusted.
pub fn key_block_key(protection: &ClearKey, usage: BlockKey) -> Result<ClearKey, KeyLength> {
    let algorithm = match (protection.algorithm(), protection.len()) {
        (Algorithm::Tdes, 16) => 0,
        (Algorithm::Tdes, 24) => 1,
        (Algorithm::Aes, 16) => 2,
        (Algorithm::Aes, 24) => 3,
        (Algorithm::Aes, 32) => 4,
        _ => return Err(KeyLength),
    };
    let usage = match usage {
        BlockKey::Encryption => 0,
        BlockKey::Authentication => 1,
        BlockKey::CounterEncryption => 2,
    };
    let cipher = protection.cipher()?;
    let mut derived = ClearKey::zero(protection.algorithm(), protection.len())?;
    let bits = u16::try_from(8 * protection.len()).map_err(|_| KeyLength)?.to_be_bytes();
    for (counter, piece) in (1..).zip(derived.as_mut_bytes().chunks_mut(cipher.block_size())) {
        let input = [counter, 0, usage, 0, 0, algorithm, bits[0], bits[1]];
        let block = Zeroizing::new(cmac(&cipher, &[&input]));
        piece.copy_from_slice(&block[..piece.len()]);
    }
    Ok(derived)
}
