//! Keys on elliptic curves.

use crypto::ecc::{EccFault, PublicKey};
use vault::ecc::{EccAttributes, EccKey, EccRefusal};
use wire::ErrorCode;

use super::{Session, rsa::NO_PUBLIC_KEY};
use crate::{
    error::{CURVE, LMK_SCHEMES, PRIVATE_KEY, STORAGE_EMPTY, refused_outright},
    fields::{
        Der, EccKeyBlock, PrivateKeyPlace, PublicKeyAttributes, RsaKeyBlock, TrustedPublicKey,
    },
};

impl<'a> Session<'a> {
    /// Opens a private key.
    ///
    /// # Errors
    /// 49, and those of key blocks.
    pub(crate) fn open_ecc(&self, sealed: EccKeyBlock<'_>) -> Result<EccKey, ErrorCode> {
        self.lmk()?.open_ecc(self.lmk_id(), sealed.0).map_err(of_ecc)
    }

    /// Opens a private key where one of RSA may stand, too. 12 as for those.
    pub(crate) fn ecc_private_key(&self, place: PrivateKeyPlace<'_>) -> Result<EccKey, ErrorCode> {
        let sealed = place.key.ok_or(STORAGE_EMPTY.0)?;
        self.open_ecc(EccKeyBlock(sealed.0))
    }

    /// Opens a public key where one of RSA may stand, too: only from a key block, else A1.
    pub(crate) fn ecc_public_key(&self, key: TrustedPublicKey<'_>) -> Result<PublicKey, ErrorCode> {
        let block = key.block.ok_or(LMK_SCHEMES.0)?;
        self.lmk()?.open_ecc_public(self.lmk_id(), block.0).map_err(of_ecc)
    }

    /// Puts a public key into a key block.
    pub(crate) fn seal_ecc_public(
        &self,
        key: &PublicKey,
        said: PublicKeyAttributes<'_>,
    ) -> Result<RsaKeyBlock<'a>, ErrorCode> {
        let optional = said.blocks.supplied(8, |_| true)?;
        let (lmk, rng) = (self.lmk()?, &mut self.random());
        let block = lmk.seal_ecc_public(self.lmk_id(), key, said.into(), optional, rng);
        self.scratch().copy(&block.map_err(of_ecc)?).map(RsaKeyBlock)
    }

    /// Seals a private key under the LMK of the message.
    pub(crate) fn seal_ecc(
        &self,
        key: &EccKey,
        optional: &[u8],
    ) -> Result<EccKeyBlock<'a>, ErrorCode> {
        let sealed = self.lmk()?.seal_ecc(self.lmk_id(), key, optional, &mut self.random());
        self.scratch().copy(&sealed.map_err(of_ecc)?).map(EccKeyBlock)
    }
}

/// Reads the public key of somebody else.
///
/// # Errors
/// D2 for a curve that is not known here; 04 for what is no public key.
pub(crate) fn foreign_key(key: Der<'_, 0x30>) -> Result<PublicKey, ErrorCode> {
    PublicKey::from_der(key.0).map_err(|fault| match fault {
        EccFault::Curve => CURVE.0,
        EccFault::Key => NO_PUBLIC_KEY,
    })
}

/// The code that answers a key on a curve that was refused.
pub(crate) fn of_ecc(refusal: EccRefusal) -> ErrorCode {
    match refusal {
        EccRefusal::Key(refusal) => refused_outright(refusal),
        EccRefusal::PrivateKey => PRIVATE_KEY.0,
        EccRefusal::PublicKey => NO_PUBLIC_KEY,
        EccRefusal::Curve => CURVE.0,
    }
}

impl From<PublicKeyAttributes<'_>> for EccAttributes {
    fn from(said: PublicKeyAttributes<'_>) -> Self {
        Self {
            mode: said.mode.0[0],
            key_version: said.version.digits(),
            exportability: said.exportability.0[0],
        }
    }
}
