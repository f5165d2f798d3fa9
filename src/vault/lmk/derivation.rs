//! AES keys for what an LMK protects besides keys.

use crypto::mac::cmac;
use crypto::{Aes, Algorithm, BlockCipher, ClearKey, Tdes};

use super::{LmkKind, Material, MaterialFault};

/// Bytes of a derived key.
const LENGTH: usize = 32;

/// Derives a 256-bit AES key for one purpose: from a pair of a variant LMK, or from a key block LMK.
///
/// CMAC in counter mode (NIST SP 800-108): counter, label, a zero byte, length in bits. Own construction.
pub(crate) fn aes(material: &Material, pair: u8, label: &[u8]) -> Result<Aes, MaterialFault> {
    let length = |_| MaterialFault::Length;
    match material.kind() {
        LmkKind::Variant => {
            let pair = material.pair(pair).ok_or(MaterialFault::Length)?;
            of(&Tdes::new(pair).map_err(length)?, label)
        }
        LmkKind::KeyBlock => of(&Tdes::new(material.as_bytes()).map_err(length)?, label),
        LmkKind::AesKeyBlock => of(&Aes::new(material.as_bytes()).map_err(length)?, label),
    }
}

/// The same from a key.
pub(crate) fn of<C: BlockCipher>(key: &C, label: &[u8]) -> Result<Aes, MaterialFault> {
    let mut derived = ClearKey::zero(Algorithm::Aes, LENGTH).map_err(|_| MaterialFault::Length)?;
    for (counter, piece) in (1_u8..).zip(derived.as_mut_bytes().chunks_mut(key.block_size())) {
        let value = cmac(key, &[&[counter], label, &[0, 1, 0]]);
        piece.copy_from_slice(value.get(..piece.len()).ok_or(MaterialFault::Length)?);
    }
    Aes::new(derived.as_bytes()).map_err(|_| MaterialFault::Length)
}
