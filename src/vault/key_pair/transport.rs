//! Keys under RSA public keys: how they travel to and from those with whom no key is shared yet.

use crypto::Algorithm;
use crypto::rsa::{DataBlock, Encryption};
use rand_core::CryptoRng;

use super::{PairRefusal, PrivateKey, PublicKey, Secret};
use crate::role::AnyKey;
use crate::usage::{Stated, Usage};
use crate::{Expected, Key, Policy, Refusal, Use};

/// How a key stands under a public key.
#[derive(Clone, Copy, Debug)]
pub struct UnderPublicKey<'a> {
    /// The block of data around it.
    pub block: DataBlock<'a>,
    /// How that is padded.
    pub encryption: Encryption<'a>,
}

/// A key that came in under a public key.
pub struct Unwrapped {
    /// The key; a DES key has odd parity now.
    pub key: Key<Stated>,
    /// The initialization value beside it, if its block has one.
    pub initialization: Option<[u8; 8]>,
}

impl PrivateKey {
    /// Takes a key out from under the public key, and makes its parity odd.
    ///
    /// It has the wanted length if its block does not say how long it is.
    ///
    /// # Errors
    /// A7 for a key on a curve; 03 if this key is not for decryption of keys; 76, 77; 83, 84; a key of zeros, 27 and 75 by the policy.
    pub fn unwrap_key(
        &self,
        way: UnderPublicKey<'_>,
        algorithm: Algorithm,
        wanted: usize,
        encrypted: &[u8],
        policy: Policy,
        rng: &mut dyn CryptoRng,
    ) -> Result<Unwrapped, PairRefusal> {
        let Secret::Rsa(key) = &self.secret else { return Err(Refusal::Algorithm.into()) };
        if !self.is_for_keys() {
            return Err(PairRefusal::Purpose);
        }
        let clear = key.decrypt(way.encryption, encrypted, rng)?;
        let (mut key, initialization) = way.block.read(&clear, algorithm, wanted)?;
        if key.is_zero() {
            return Err(Refusal::Zero.into());
        }
        if key.algorithm() == Algorithm::Tdes {
            key.force_odd_parity();
        }
        Expected::of_type::<AnyKey>(None, Use::Any, policy).check_key(&key)?;
        Ok(Unwrapped { key: Key::new(key), initialization })
    }
}

impl<U: Usage> Key<U> {
    /// Puts the key under a public key, with this initialization value if its block has one.
    ///
    /// Whether it may leave is for [`crate::transport::rules`] to say.
    ///
    /// # Errors
    /// A7 for a key on a curve; 76 if it is too long for the modulus; 83 if a template has no room for it.
    pub fn wrap_under(
        &self,
        public: &PublicKey,
        way: UnderPublicKey<'_>,
        initialization: &[u8; 8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, PairRefusal> {
        let block = way.block.write(&self.clear, initialization)?;
        Ok(public.rsa()?.encrypt(way.encryption, &block, rng)?)
    }
}
