//! Where an appliance takes its randomness from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroize;

/// One generator for the whole appliance: the same seed and the same requests in the same order
/// give the same keys and fills.
pub struct Randomness(Mutex<ChaCha20Rng>);

impl core::fmt::Debug for Randomness {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Randomness")
    }
}

impl Randomness {
    /// Randomness from the operating system.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let generator = ChaCha20Rng::from_seed(seed);
        seed.zeroize();
        Ok(Self(Mutex::new(generator)))
    }

    /// Repeatable numbers, for tests.
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// The generator, for as long as it is held.
    pub fn generator(&self) -> MutexGuard<'_, ChaCha20Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
