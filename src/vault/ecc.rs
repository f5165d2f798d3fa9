//! Keys on elliptic curves under a key-block LMK; a variant LMK has no place for them.
//!
//! A private key stands in a key block of usage `03` and algorithm `E`, whose body is text as that of a symmetric key. What
//! is encrypted is an `ECPrivateKey` of RFC 5915, behind its length; a public key, of usage `02`, is a
//! `SubjectPublicKeyInfo`. Source: an open client, for text and modes of use; the rest is inferred from X9.143.

use crypto::KeyLength;
use crypto::ecc::{Curve, EccFault, KeyDerivation, PrivateKey, PublicKey};
use crypto::mac::Hash;
use rand_core::{CryptoRng, Rng};
use zeroize::Zeroizing;

use crate::key_block::{Header, KeyBlock, thales};
use crate::lmk::Engine;
use crate::usage::Stated;
use crate::{Key, KeySize, Lmk, LmkId, Refusal};

/// Why a key on an elliptic curve is not opened, sealed or used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EccRefusal {
    /// Refused as any key is.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// 49: what was decrypted is no private key.
    #[error("not a private key on a known curve")]
    PrivateKey,
    /// What should be a public key is not one. Its error code depends on the command.
    #[error("not a public key on a known curve")]
    PublicKey,
    /// D2: keys on different curves.
    #[error("keys are on different curves")]
    Curve,
}

/// Key usages of private and public keys.
const PRIVATE: [u8; 2] = *b"03";
const PUBLIC: [u8; 2] = *b"02";

/// What a key block says of a key beside its usage.
#[derive(Clone, Copy, Debug)]
pub struct EccAttributes {
    /// Mode of use: `S` signatures, `X` key agreement, `N` both.
    pub mode: u8,
    /// Key version number.
    pub key_version: [u8; 2],
    /// Exportability.
    pub exportability: u8,
}

impl EccAttributes {
    /// The header of a key block; version and LMK identifier are those of the LMK.
    fn header(self, usage: [u8; 2], lmk: (&Lmk, LmkId)) -> Result<Header, Refusal> {
        let (Engine::KeyBlock(engine), id) = (lmk.0.engine(), lmk.1) else {
            return Err(Refusal::LmkSchemes);
        };
        let Self { mode, key_version, exportability } = self;
        let (version, reserved) = (engine.keys().version(), id.digits());
        Ok(Header { version, usage, algorithm: b'E', mode, key_version, exportability, reserved })
    }

    fn of(header: &Header) -> Self {
        let Header { mode, key_version, exportability, .. } = *header;
        Self { mode, key_version, exportability }
    }
}

/// A private key, and what it may be used for.
pub struct EccKey {
    key: PrivateKey,
    attributes: EccAttributes,
}

impl EccKey {
    /// Makes a key pair.
    ///
    /// # Errors
    /// A8 for a mode of use that no private key has; A9; AA.
    pub fn generate(
        curve: Curve,
        attributes: EccAttributes,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Refusal> {
        if !matches!(attributes.mode, b'S' | b'X' | b'N') {
            return Err(Refusal::Mode);
        }
        Ok(Self { key: PrivateKey::generate(curve, rng), attributes })
    }

    /// The key, for signing; nothing if it may not.
    pub const fn for_signing(&self) -> Option<&PrivateKey> {
        if matches!(self.attributes.mode, b'S' | b'N') { Some(&self.key) } else { None }
    }

    /// Its public key.
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// Agrees on a key with the owner of a public key.
    ///
    /// # Errors
    /// A8 if this key is not for that; D2 for a public key on another curve; A5 for a key that does not exist.
    pub fn agree(
        &self,
        other: &PublicKey,
        (derivation, hash): (KeyDerivation, Hash),
        shared: &[u8],
        size: KeySize,
    ) -> Result<Key<Stated>, EccRefusal> {
        if !matches!(self.attributes.mode, b'X' | b'N') {
            return Err(Refusal::Mode.into());
        }
        let secret = self.key.agree(other).map_err(|fault| match fault {
            EccFault::Curve => EccRefusal::Curve,
            EccFault::Key => EccRefusal::PublicKey,
        })?;
        let key = secret.derive(derivation, hash, shared, (size.algorithm, size.bytes));
        key.map(Key::new).map_err(|KeyLength| Refusal::KeyLength.into())
    }
}

impl Lmk {
    /// Opens a private key in a key block, scheme tag included.
    ///
    /// # Errors
    /// 49 if it is no key; those of key blocks.
    pub fn open_ecc(&self, id: LmkId, sealed: &[u8]) -> Result<EccKey, EccRefusal> {
        let (header, der) = self.open_der(id, sealed, PRIVATE)?;
        let key = PrivateKey::from_der(&der).map_err(|_| EccRefusal::PrivateKey)?;
        Ok(EccKey { key, attributes: EccAttributes::of(&header) })
    }

    /// Seals a private key with optional blocks; the counterpart of [`Lmk::open_ecc`].
    ///
    /// # Errors
    /// A1 under a variant LMK; those of key blocks.
    pub fn seal_ecc(
        &self,
        id: LmkId,
        key: &EccKey,
        optional: &[u8],
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, EccRefusal> {
        let header = key.attributes.header(PRIVATE, (self, id))?;
        let der = key.key.to_der().map_err(|_| EccRefusal::PrivateKey)?;
        Ok(self.seal_der(&header, optional, &der, rng)?)
    }

    /// Opens a public key in a key block, scheme tag included.
    ///
    /// # Errors
    /// Those of key blocks; that of a key that is none.
    pub fn open_ecc_public(&self, id: LmkId, sealed: &[u8]) -> Result<PublicKey, EccRefusal> {
        let (_, der) = self.open_der(id, sealed, PUBLIC)?;
        PublicKey::from_der(&der).map_err(|_| EccRefusal::PublicKey)
    }

    /// Seals a public key with optional blocks; the counterpart of [`Lmk::open_ecc_public`].
    ///
    /// # Errors
    /// A1 under a variant LMK; those of key blocks.
    pub fn seal_ecc_public(
        &self,
        id: LmkId,
        key: &PublicKey,
        attributes: EccAttributes,
        optional: &[u8],
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, EccRefusal> {
        let header = attributes.header(PUBLIC, (self, id))?;
        let der = key.to_der().map_err(|_| EccRefusal::PublicKey)?;
        Ok(self.seal_der(&header, optional, &der, rng)?)
    }

    fn open_der(
        &self,
        id: LmkId,
        sealed: &[u8],
        usage: [u8; 2],
    ) -> Result<(Header, Zeroizing<Vec<u8>>), Refusal> {
        let Engine::KeyBlock(lmk) = self.engine() else { return Err(Refusal::LmkSchemes) };
        let block = sealed.strip_prefix(b"S").ok_or(Refusal::LmkSchemes)?;
        let header = Header::parse(block)?;
        if header.lmk() != Some(id.0) {
            return Err(Refusal::LmkIdentifiers);
        }
        if header.usage != usage {
            return Err(Refusal::Usage);
        }
        if header.algorithm != b'E' {
            return Err(Refusal::Algorithm);
        }
        let mut body = Zeroizing::new(vec![0; KeyBlock::parse(block)?.body_length()]);
        let (header, der) = thales::open_payload(lmk.keys(), block, &mut body)?;
        Ok((header, Zeroizing::new(der.to_vec())))
    }

    fn seal_der(
        &self,
        header: &Header,
        optional: &[u8],
        der: &[u8],
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, Refusal> {
        let Engine::KeyBlock(lmk) = self.engine() else { return Err(Refusal::LmkSchemes) };
        header.check_combination()?;
        let mut out = vec![b'S'; 1 + KeyBlock::LONGEST];
        let length = thales::seal_payload(lmk.keys(), header, optional, der, rng, &mut out[1..])?;
        out.truncate(1 + length);
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
