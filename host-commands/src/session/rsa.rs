//! RSA keys.

use crypto::rsa::{BlockFault, PublicKey, Representation, RsaFault};
use vault::rsa::{RsaAttributes, RsaKey, RsaRefusal};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{PRIVATE_KEY, PRIVATE_KEY_LENGTH, RSA_LENGTH, STORAGE_EMPTY, refused_outright},
    fields::{
        AuthenticPublicKey, PrivateKeyPlace, PublicKeyAttributes, RsaKeyBlock, SealedPrivateKey,
        TrustedPublicKey,
    },
};

/// The code that answers what is no public key. Source: manual.
pub(crate) const NO_PUBLIC_KEY: ErrorCode = ErrorCode::new(4);

/// The code that answers a private key that is for something else (inferred).
pub(crate) const WRONG_PURPOSE: ErrorCode = ErrorCode::new(3);

impl<'a> Session<'a> {
    /// Opens a private key that stands in the message.
    ///
    /// # Errors
    /// 12 for the index of a key, for none are loaded (inferred); 49, 78, and those of key blocks.
    pub(crate) fn private_key(&self, place: PrivateKeyPlace<'_>) -> Result<RsaKey, ErrorCode> {
        let sealed = place.key.ok_or(STORAGE_EMPTY.0)?;
        self.lmk()?.open_rsa(self.lmk_id(), sealed.0).map_err(of_rsa)
    }

    /// Seals a private key under the LMK of the message.
    pub(crate) fn seal_private_key(
        &self,
        key: &RsaKey,
        attributes: RsaAttributes<'_>,
    ) -> Result<SealedPrivateKey<'a>, ErrorCode> {
        let sealed = self.lmk()?.seal_rsa(self.lmk_id(), key, attributes, &mut self.random());
        self.scratch().copy(&sealed.map_err(of_rsa)?).map(SealedPrivateKey)
    }

    /// Puts a public key into a key block.
    pub(crate) fn seal_public_key(
        &self,
        key: &PublicKey,
        said: PublicKeyAttributes<'_>,
    ) -> Result<RsaKeyBlock<'a>, ErrorCode> {
        let attributes = RsaAttributes {
            key_version: said.version.digits(),
            exportability: said.exportability.0[0],
            optional: said.blocks.supplied(8, |_| true)?,
        };
        let (lmk, mode) = (self.lmk()?, said.mode.0[0]);
        let block = lmk.seal_public_key(self.lmk_id(), key, mode, attributes, &mut self.random());
        self.scratch().copy(&block.map_err(of_rsa)?).map(RsaKeyBlock)
    }

    /// Opens a public key that the device knows.
    ///
    /// # Errors
    /// 01 for a wrong MAC; 04 for what is no public key; those of key blocks.
    pub(crate) fn public_key(&self, key: TrustedPublicKey<'_>) -> Result<PublicKey, ErrorCode> {
        let lmk = self.lmk()?;
        if let Some(block) = key.block {
            return lmk.open_public_key(self.lmk_id(), block.0).map_err(of_rsa);
        }
        let AuthenticPublicKey { mac, key, data } =
            key.authentic.ok_or(ErrorCode::INVALID_INPUT)?;
        let public = PublicKey::from_der(key.0, Representation::Unsigned);
        let public = public.map_err(|_| NO_PUBLIC_KEY)?;
        let right = lmk.public_key_mac(key.0, data.0).map_err(of_rsa)?;
        if crypto::equal(&right, &mac.0) { Ok(public) } else { Err(of_rsa(RsaRefusal::Mac)) }
    }
}

/// The code that answers an RSA key that was refused.
pub(crate) fn of_rsa(refusal: RsaRefusal) -> ErrorCode {
    match refusal {
        RsaRefusal::Key(refusal) => refused_outright(refusal),
        RsaRefusal::PrivateKey => PRIVATE_KEY.0,
        RsaRefusal::PrivateKeyLength => PRIVATE_KEY_LENGTH.0,
        RsaRefusal::PublicKey => NO_PUBLIC_KEY,
        RsaRefusal::Mac => crate::error::VERIFICATION_FAILED.0,
        RsaRefusal::Purpose => WRONG_PURPOSE,
        RsaRefusal::Data(fault) => of_data(fault),
        RsaRefusal::Block(BlockFault::Format) => crate::error::KEY_BLOCK_FORMAT.0,
        RsaRefusal::Block(BlockFault::CheckValue) => crate::error::KEY_BLOCK_CHECK.0,
    }
}

/// The code that answers data that do not go with a key.
pub(crate) fn of_data(fault: RsaFault) -> ErrorCode {
    match fault {
        RsaFault::Length => RSA_LENGTH.0,
        RsaFault::Padding => crate::error::CLEAR_DATA.0,
        RsaFault::Key => PRIVATE_KEY.0,
    }
}
