//! Keys out of a shared secret.

use zeroize::Zeroizing;

use crate::mac::Hash;
use crate::{Algorithm, ClearKey, KeyLength};

/// How keys are derived from a shared secret: by a hash of it, of a counter and of what both sides know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyDerivation {
    /// The counter first: the one-step function of NIST SP 800-56C (before, the concatenation function of SP 800-56A).
    Sp800,
    /// The secret first: ANSI X9.63.
    X963,
}

/// The result of a key agreement; wiped when dropped.
pub struct SharedSecret(Zeroizing<Vec<u8>>);

impl SharedSecret {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Derives a key. A DES key gets odd parity, which both standards leave open.
    ///
    /// # Errors
    /// If there is no key of this length.
    pub fn derive(
        &self,
        derivation: KeyDerivation,
        hash: Hash,
        shared: &[u8],
        (algorithm, length): (Algorithm, usize),
    ) -> Result<ClearKey, KeyLength> {
        let mut key = ClearKey::zero(algorithm, length)?;
        let pieces = key.as_mut_bytes().chunks_mut(hash.digest_size());
        for (counter, piece) in (1_u32..).zip(pieces) {
            let counter = counter.to_be_bytes();
            let parts: [&[u8]; 3] = match derivation {
                KeyDerivation::Sp800 => [&counter, &self.0, shared],
                KeyDerivation::X963 => [&self.0, &counter, shared],
            };
            let digest = Zeroizing::new(hash.digest(&parts));
            piece.copy_from_slice(&digest[..piece.len()]);
        }
        Ok(if algorithm == Algorithm::Tdes { key.with_odd_parity() } else { key })
    }
}
