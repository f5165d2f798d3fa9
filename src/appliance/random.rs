//! Where an appliance takes its randomness from.

use core::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng, TryCryptoRng, TryRng};
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

    /// Begins anew with randomness from the operating system.
    pub(crate) fn renew(&self) -> Result<(), getrandom::Error> {
        let Self(other) = Self::from_system()?;
        *self.held() = other.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(())
    }

    /// Repeatable numbers, for tests.
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// The generator, to draw from. It is held only while it draws: who may need a random number and
    /// mostly does not, keeps nobody waiting.
    pub fn generator(&self) -> Generator<'_> {
        Generator(self)
    }

    fn held(&self) -> MutexGuard<'_, ChaCha20Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws from the generator of an appliance.
#[derive(Debug)]
pub struct Generator<'r>(&'r Randomness);

impl TryRng for Generator<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.held().next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.held().next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.held().fill_bytes(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Generator<'_> {}
