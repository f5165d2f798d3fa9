//! Keys that carry other keys.

use rand_core::Rng;

use super::{Stated, Transport, Usage};
use crate::key_block::OptionalBlocks;
use crate::transport::{self, AtallaVariant, Wrapping};
use crate::{Expected, Key, Refusal, Token};

/// A key that came in under a ZMK or TMK.
pub struct Imported<'a> {
    /// The key; a DES key has odd parity now.
    pub key: Key<Stated>,
    /// Whether a DES key had odd parity as it came; if not, commands answer 01 with their data.
    pub had_odd_parity: bool,
    /// Optional blocks of the key block that it came in.
    pub optional: OptionalBlocks<'a>,
}

impl Key<Transport> {
    /// Takes a key out from under this one and checks its length by `expected`.
    ///
    /// What its header may say depends on the command; see [`transport::rules`].
    ///
    /// # Errors
    /// Those of [`transport::unwrap`]; zero without a code; 27 and 75 by length and policy.
    pub fn unwrap_key<'a>(
        &self,
        token: Token<'a>,
        atalla: AtallaVariant,
        expected: &Expected<'_>,
    ) -> Result<Imported<'a>, Refusal> {
        let unwrapped = transport::unwrap(&self.clear, token, atalla)?;
        expected.check_key(&unwrapped.key)?;
        let key = match unwrapped.header {
            Some(header) => Key::of_block(unwrapped.key, header),
            None => Key::new(unwrapped.key),
        };
        let (had_odd_parity, optional) = (unwrapped.had_odd_parity, unwrapped.optional);
        Ok(Imported { key, had_odd_parity, optional })
    }

    /// Puts a key under this one, as a token at the front of `out`, and returns its length.
    ///
    /// Whether the key may leave is for [`transport::rules`] and its key type to say.
    ///
    /// # Errors
    /// Those of [`transport::wrap`].
    pub fn wrap_key<U: Usage>(
        &self,
        key: &Key<U>,
        wrapping: &Wrapping<'_>,
        atalla: AtallaVariant,
        rng: &mut dyn Rng,
        out: &mut [u8],
    ) -> Result<usize, Refusal> {
        transport::wrap(&self.clear, &key.clear, wrapping, atalla, rng, out)
    }
}
