//! Chaining values of MACs that go out to the host between two blocks of a message, as MU and MW have them.
//!
//! Variant LMK: under LMK pair 16-17, variant 1 (manual). Key block LMKs: what is done there is not public. Here the eight
//! bytes are encrypted by FF1 with 256 numerals under a key derived from the LMK (own construction).

use crypto::Aes;
use crypto::fpe::Ff1;

use super::{Engine, Lmk, derivation};
use crate::Refusal;

/// Pair and variant under a variant LMK.
const PAIR: (u8, u8) = (8, 1);

/// Name of the derived key.
const LABEL: &[u8] = b"MAC chaining value";

impl Lmk {
    /// Encrypts a chaining value.
    ///
    /// # Errors
    /// None in practice.
    pub fn seal_chaining_value(&self, value: [u8; 8]) -> Result<[u8; 8], Refusal> {
        if let Engine::Variant(lmk) = &self.engine {
            let key = lmk.cipher(&self.material, PAIR.0, PAIR.1, 0)?;
            return Ok(key.encrypt(u64::from_be_bytes(value)).to_be_bytes());
        }
        let (key, mut sealed) = (self.chaining_key()?, value);
        let ff1 = Ff1::new(&key, 256).and_then(|ff1| ff1.encrypt(&[], &mut sealed));
        ff1.map(|()| sealed).map_err(|_| Refusal::Length)
    }

    /// Decrypts a chaining value.
    ///
    /// # Errors
    /// None in practice.
    pub fn open_chaining_value(&self, value: [u8; 8]) -> Result<[u8; 8], Refusal> {
        if let Engine::Variant(lmk) = &self.engine {
            let key = lmk.cipher(&self.material, PAIR.0, PAIR.1, 0)?;
            return Ok(key.decrypt(u64::from_be_bytes(value)).to_be_bytes());
        }
        let (key, mut opened) = (self.chaining_key()?, value);
        let ff1 = Ff1::new(&key, 256).and_then(|ff1| ff1.decrypt(&[], &mut opened));
        ff1.map(|()| opened).map_err(|_| Refusal::Length)
    }

    fn chaining_key(&self) -> Result<Aes, Refusal> {
        derivation::aes(&self.material, PAIR.0, LABEL).map_err(|_| Refusal::Length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By an independent program: triple DES under pair 16-17 with `A6` in its first byte.
    const VARIANT: [u8; 8] = *b"\xF0\xCE\x17\x96\xE4\x6A\x78\x67";

    #[test]
    fn chaining_values_come_back_and_differ_by_lmk() {
        let value = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF";
        let lmks = [Lmk::test_variant(), Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()];
        let sealed = lmks.map(|lmk| {
            let lmk = lmk.expect("a test LMK");
            let sealed = lmk.seal_chaining_value(value).expect("a value");
            assert_eq!(lmk.open_chaining_value(sealed), Ok(value));
            sealed
        });
        assert_eq!(sealed[0], VARIANT);
        assert!(sealed[0] != sealed[1] && sealed[1] != sealed[2] && sealed[0] != sealed[2]);
        assert!(!sealed.contains(&value));
    }
}
