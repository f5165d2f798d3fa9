//! RSA keys.

use appliance::PrivateKeys;
use crypto::rsa::{BlockFault, PublicKey, Representation, RsaFault};
use vault::{
    Use,
    rsa::{RsaAttributes, RsaKey, RsaRefusal},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{
        PRIVATE_KEY, PRIVATE_KEY_LENGTH, RSA_LENGTH, STORAGE_EMPTY, STORAGE_INDEX, STRONGER_LMK,
        refused_outright,
    },
    fields::{
        AuthenticPublicKey, AuthenticationData, Counted, Counted4N, DerSequence, KnownPublicKey,
        PrivateKeyPlace, PublicKeyAttributes, Raw, RsaKeyBlock, SealedPrivateKey, SignatureKind,
        SignatureMethod, TrustedPublicKey,
    },
};

/// The code that answers what is no public key. Source: manual.
pub(crate) const NO_PUBLIC_KEY: ErrorCode = ErrorCode::new(4);

/// The code that answers a signature that is wrong. Source: manual.
const WRONG_SIGNATURE: ErrorCode = ErrorCode::new(2);

/// The code that answers a private key that is for something else (inferred).
pub(crate) const WRONG_PURPOSE: ErrorCode = ErrorCode::new(3);

impl<'a> Session<'a> {
    /// Opens a private key that stands in the message.
    ///
    /// # Errors
    /// 12 for a place where no key is, 21 for one that does not exist (both inferred); 49, 78, and those of key blocks.
    pub(crate) fn private_key(&self, place: PrivateKeyPlace<'_>) -> Result<RsaKey, ErrorCode> {
        let index = u8::try_from(place.index.0).unwrap_or(u8::MAX);
        let stored = || match self.state().private_keys.get(self.lmk_id(), index) {
            Some(sealed) => Ok(SealedPrivateKey(sealed)),
            None if index <= PrivateKeys::LAST => Err(STORAGE_EMPTY.0),
            None => Err(STORAGE_INDEX.0),
        };
        self.open_private_key(place.key.map_or_else(stored, Ok)?)
    }

    /// Opens a private key.
    ///
    /// # Errors
    /// 49, 78, and those of key blocks.
    pub(crate) fn open_private_key(&self, key: SealedPrivateKey<'_>) -> Result<RsaKey, ErrorCode> {
        self.lmk()?.open_rsa(self.lmk_id(), key.0).map_err(of_rsa)
    }

    /// Signs a message, by RSA or ECDSA.
    ///
    /// # Errors
    /// 03 for a private key that is for something else, 76 for a modulus that is too short; those of method and key.
    pub(crate) fn sign(
        &self,
        method: SignatureMethod<'_>,
        message: &[u8],
        place: PrivateKeyPlace<'_>,
    ) -> Result<Counted4N<'a>, ErrorCode> {
        let signature = match method.kind(message)? {
            SignatureKind::Rsa(signing) => {
                let key = self.private_key(place)?;
                let key = key.for_signing().ok_or(WRONG_PURPOSE)?;
                key.sign(signing, message, &mut self.random()).map_err(of_data)?
            }
            SignatureKind::Ecdsa(hash) => {
                let key = self.ecc_private_key(place)?;
                key.for_signing().ok_or(WRONG_PURPOSE)?.sign(hash, message)
            }
        };
        self.scratch().copy(&signature).map(Counted)
    }

    /// Verifies a signature of RSA or ECDSA.
    ///
    /// # Errors
    /// 02 if it is wrong, 76 if it is not as long as the modulus; those of method and key.
    pub(crate) fn verify_signature(
        &self,
        method: SignatureMethod<'_>,
        message: &[u8],
        signature: &[u8],
        key: TrustedPublicKey<'_>,
    ) -> Result<(), ErrorCode> {
        let is_right = match method.kind(message)? {
            SignatureKind::Rsa(signing) => {
                let key = self.public_key(key, Use::Verify)?;
                key.verify(signing, message, signature).map_err(of_data)?
            }
            SignatureKind::Ecdsa(hash) => {
                self.ecc_public_key(key)?.verify(hash, message, signature)
            }
        };
        if is_right { Ok(()) } else { Err(WRONG_SIGNATURE) }
    }

    /// Seals a private key under the LMK of the message.
    pub(crate) fn seal_private_key(
        &self,
        key: &RsaKey,
        attributes: RsaAttributes<'_>,
    ) -> Result<SealedPrivateKey<'a>, ErrorCode> {
        if key.public_key().size() >= 256 && self.is_too_weak(self.lmk()?) {
            return Err(STRONGER_LMK.0);
        }
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

    /// Makes a public key known: by a MAC under a variant LMK, else in a key block.
    ///
    /// # Errors
    /// 15 where the attributes of a key block are missing, or are said where there is none (inferred).
    pub(crate) fn know_public_key(
        &self,
        key: &PublicKey,
        data: AuthenticationData<'_>,
        said: Option<PublicKeyAttributes<'_>>,
    ) -> Result<KnownPublicKey<'a>, ErrorCode> {
        if self.keeps_key_blocks()? {
            let said = said.ok_or(ErrorCode::INVALID_INPUT)?;
            let block = self.seal_public_key(key, said)?;
            return Ok(KnownPublicKey { mac: None, key: None, block: Some(block) });
        }
        if said.is_some() {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let der = key.to_der(Representation::Unsigned).map_err(|_| NO_PUBLIC_KEY)?;
        let der = self.scratch().copy(&der)?;
        let mac = self.lmk()?.public_key_mac(der, data.0).map_err(of_rsa)?;
        Ok(KnownPublicKey { mac: Some(Raw(mac)), key: Some(DerSequence(der)), block: None })
    }

    /// Opens a public key that the device knows.
    ///
    /// # Errors
    /// 01 for a wrong MAC; 04 for what is no public key; those of key blocks.
    pub(crate) fn public_key(
        &self,
        key: TrustedPublicKey<'_>,
        use_: Use,
    ) -> Result<PublicKey, ErrorCode> {
        let lmk = self.lmk()?;
        if let Some(block) = key.block {
            return lmk.open_public_key(self.lmk_id(), block.0, use_).map_err(of_rsa);
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
