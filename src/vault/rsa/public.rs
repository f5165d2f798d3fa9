//! Public keys under an LMK: a MAC under a variant LMK.

use crypto::mac::{Chain, Padding};
use crypto::{Cipher, Tdes};

use crypto::rsa::{PublicKey, Representation};
use rand_core::Rng;
use zeroize::Zeroizing;

use super::{RsaAttributes, RsaRefusal};
use crate::key_block::{Header, KeyBlock, thales};
use crate::lmk::Engine;
use crate::{Lmk, LmkId, Refusal, Use};

/// LMK pair 36-37.
const PAIR: u8 = 18;

impl Lmk {
    /// The MAC of a public key and authentication data: ANSI X9.19 under LMK pair 36-37. Source: manual, by its example.
    ///
    /// # Errors
    /// A1 under a key-block LMK, where public keys are in key blocks.
    pub fn public_key_mac(&self, key: &[u8], data: &[u8]) -> Result<[u8; 4], RsaRefusal> {
        if !matches!(self.engine(), Engine::Variant(_)) {
            return Err(Refusal::LmkSchemes.into());
        }
        let pair = self.material().pair(PAIR).ok_or(Refusal::LmkSchemes)?;
        let cipher = Cipher::Tdes(Tdes::new(pair).map_err(|_| Refusal::Length)?);
        let message = [key, data].concat();
        let mac = Chain::algorithm_3(&cipher).finish(&message, Padding::Zeros);
        let [a, b, c, d, ..] = mac.map_err(|_| Refusal::Length)?;
        Ok([a, b, c, d])
    }

    /// Opens a public key in a key block, scheme tag included.
    ///
    /// # Errors
    /// Those of key blocks, among them A8 for a mode of use that does not permit what it is about to do (inferred); that of a
    /// key that is none.
    pub fn open_public_key(
        &self,
        id: LmkId,
        sealed: &[u8],
        use_: Use,
    ) -> Result<PublicKey, RsaRefusal> {
        let Engine::KeyBlock(lmk) = self.engine() else { return Err(Refusal::LmkSchemes.into()) };
        let block = sealed.strip_prefix(b"S").ok_or(Refusal::LmkSchemes)?;
        let header = Header::parse(block)?;
        if header.lmk() != Some(id.0) {
            return Err(Refusal::LmkIdentifiers.into());
        }
        if header.usage != USAGE {
            return Err(Refusal::Usage.into());
        }
        if !use_.modes().contains(&header.mode) {
            return Err(Refusal::Mode.into());
        }
        let mut body = Zeroizing::new(vec![0; KeyBlock::parse(block)?.body_length()]);
        let (_, sequence) = thales::open_private_key(lmk.keys(), block, &mut body)?;
        let key = PublicKey::from_der(sequence, Representation::Unsigned);
        key.map_err(|_| RsaRefusal::PublicKey)
    }

    /// Seals a public key in a key block: its DER sequence of unsigned integers as a private key stands there (inferred).
    ///
    /// # Errors
    /// A1 under a variant LMK; A8 for a mode of use other than `E`, `V` and `N` (inferred); those of key blocks.
    pub fn seal_public_key(
        &self,
        id: LmkId,
        key: &PublicKey,
        mode: u8,
        attributes: RsaAttributes<'_>,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, RsaRefusal> {
        let Engine::KeyBlock(lmk) = self.engine() else { return Err(Refusal::LmkSchemes.into()) };
        if !matches!(mode, b'E' | b'V' | b'N') {
            return Err(Refusal::Mode.into());
        }
        let header = Header {
            version: lmk.keys().version(),
            usage: USAGE,
            algorithm: b'R',
            mode,
            key_version: attributes.key_version,
            exportability: attributes.exportability,
            reserved: id.digits(),
        };
        let mut out = vec![b'S'; 1 + KeyBlock::LONGEST];
        let sequence = key.to_der(Representation::Unsigned).map_err(|_| RsaRefusal::PublicKey)?;
        let (keys, block) = (lmk.keys(), &mut out[1..]);
        let length =
            thales::seal_private_key(keys, &header, attributes.optional, &sequence, rng, block)?;
        out.truncate(1 + length);
        Ok(out)
    }
}

/// Key usage of a public key.
const USAGE: [u8; 2] = *b"02";
