//! A key block LMK: one key, of which the keys of key blocks are derived.

use crypto::{Algorithm, ClearKey};
use rand_core::Rng;

use super::{LmkId, LmkKind, Material, MaterialFault};
use crate::key_block::{Header, KeyBlock, KeyBlockKeys, Padding, thales};
use crate::usage::Usage;
use crate::{Expected, Key, Refusal, Token, Use};

/// The derived keys of a key block LMK, expanded when it is loaded.
pub(crate) struct KeyBlockLmk {
    keys: KeyBlockKeys,
}

impl KeyBlockLmk {
    pub(super) fn new(material: &Material) -> Result<Self, MaterialFault> {
        let algorithm = match material.kind() {
            LmkKind::AesKeyBlock => Algorithm::Aes,
            LmkKind::KeyBlock | LmkKind::Variant => Algorithm::Tdes,
        };
        let keys = ClearKey::new(algorithm, material.as_bytes())
            .map_err(|_| Refusal::WrappingKey)
            .and_then(|key| KeyBlockKeys::new(&key))
            .map_err(|_| MaterialFault::Length)?;
        Ok(Self { keys })
    }

    /// The derived keys.
    pub(crate) const fn keys(&self) -> &KeyBlockKeys {
        &self.keys
    }

    pub(super) fn open<U: Usage>(
        &self,
        id: LmkId,
        token: Token<'_>,
        expected: &Expected<'_>,
    ) -> Result<Key<U>, Refusal> {
        let block = token.block().filter(|_| token.is_block()).ok_or(Refusal::LmkSchemes)?;
        // What the header says is checked before the key is decrypted, so that a wrong kind of key is named as such.
        let header = Header::parse(block)?;
        if header.lmk() != Some(id.0) {
            return Err(Refusal::LmkIdentifiers);
        }
        expected.check_header(&header)?;
        let block = KeyBlock::parse(block)?;
        let (header, key) = block.open(&self.keys)?;
        if expected.use_ != Use::Any {
            block.optional.check_validity(expected.policy.clock)?;
        }
        expected.check_key(&key)?;
        Ok(Key::of_block(key, header))
    }

    pub(super) fn seal(
        &self,
        id: LmkId,
        key: &ClearKey,
        header: &Header,
        optional: &[u8],
        rng: &mut dyn Rng,
        out: &mut [u8],
    ) -> Result<usize, Refusal> {
        if key.algorithm() == Algorithm::Aes && !self.keys.version().is_aes() {
            return Err(Refusal::StrongerLmk);
        }
        let header = Header { version: self.keys.version(), reserved: id.digits(), ..*header };
        let (tag, block) = out.split_first_mut().ok_or(Refusal::Format)?;
        *tag = b'S';
        let length =
            thales::seal(&self.keys, &header, optional, key, Padding::Minimal, rng, block)?;
        Ok(1 + length)
    }
}
