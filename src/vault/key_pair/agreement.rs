//! Agreement on keys over elliptic curves.

use crypto::KeyLength;
use crypto::ecc::KeyDerivation;
use crypto::mac::Hash;

use super::{PairRefusal, PrivateKey, PublicKey, Secret};
use crate::usage::Stated;
use crate::{Key, KeySize, Refusal};

impl PrivateKey {
    /// Agrees on a key with the owner of a public key.
    ///
    /// # Errors
    /// A7 for a key of RSA; A8 if this key is not for that; D2 for keys on different curves; A5 for a key that does not exist.
    pub fn agree(
        &self,
        other: &PublicKey,
        (derivation, hash): (KeyDerivation, Hash),
        shared: &[u8],
        size: KeySize,
    ) -> Result<Key<Stated>, PairRefusal> {
        let (Secret::Curve(own), PublicKey::Curve(other)) = (&self.secret, other) else {
            return Err(Refusal::Algorithm.into());
        };
        if !self.is_for_keys() {
            return Err(Refusal::Mode.into());
        }
        let key = own.agree(other)?.derive(derivation, hash, shared, (size.algorithm, size.bytes));
        key.map(Key::new).map_err(|KeyLength| Refusal::KeyLength.into())
    }
}
