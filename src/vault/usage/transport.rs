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

#[cfg(test)]
mod tests {
    use crypto::Algorithm;

    use super::*;
    use crate::key_block::tests::Source;
    use crate::role::AnyKey;
    use crate::usage::tests::key;
    use crate::{KeySize, Policy, Scheme, Use};

    #[test]
    fn keys_travel_and_are_checked_on_arrival() {
        let zmk: Key<Transport> = key(Algorithm::Tdes, b"\x01\x23\x45\x67\x89\xAB\xCD\xEFdouble!!");
        let mut source = Source::new(0x73A);
        let size = KeySize::of_scheme(Scheme::U);
        let sent = Key::<Stated>::generate(size, &mut source).expect("a key");
        let (mut out, atalla) = ([0; 100], AtallaVariant::NONE);
        let wrapping = Wrapping::Scheme(Scheme::U);
        let length =
            zmk.wrap_key(&sent, &wrapping, atalla, &mut source, &mut out).expect("a token");
        let token = Token(&out[..length]);
        let any = Expected::of_type::<AnyKey>(None, Use::Any, Policy::default());
        let imported = zmk.unwrap_key(token, atalla, &any).expect("a key");
        assert_eq!(imported.key.clear.as_bytes(), sent.clear.as_bytes());
        assert!(imported.had_odd_parity && imported.optional.count() == 0);
        let double = Expected { lengths: crate::Lengths::DoubleOrTriple, ..any };
        assert!(zmk.unwrap_key(token, atalla, &double).is_ok());
        let single = Token(b"0123456789ABCDEF");
        assert_eq!(zmk.unwrap_key(single, atalla, &double).err(), Some(Refusal::Length));
    }
}
