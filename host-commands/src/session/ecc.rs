//! Keys on elliptic curves.

use crypto::ecc::{EccFault, PublicKey};
use vault::ecc::{EccAttributes, EccKey, EccRefusal};
use wire::ErrorCode;

use super::{Session, rsa::NO_PUBLIC_KEY};
use crate::{
    error::{CURVE, PRIVATE_KEY, refused_outright},
    fields::{Der, EccKeyBlock, PublicKeyAttributes},
};

impl<'a> Session<'a> {
    /// Opens a private key.
    ///
    /// # Errors
    /// 49, and those of key blocks.
    pub(crate) fn open_ecc(&self, sealed: EccKeyBlock<'_>) -> Result<EccKey, ErrorCode> {
        self.lmk()?.open_ecc(self.lmk_id(), sealed.0).map_err(of_ecc)
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
