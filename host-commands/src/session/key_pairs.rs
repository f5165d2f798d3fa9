//! Keys of pairs, of RSA and on curves.

use appliance::PrivateKeys;
use crypto::{
    request::RequestFault,
    rsa::{BlockFault, RsaFault},
};
use vault::{
    Use,
    key_pair::{BlockAttributes, Encoding, PairRefusal, PrivateKey, PublicKey},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{
        CLEAR_DATA, CURVE, INVALID_INPUT, KEY_BLOCK_CHECK, KEY_BLOCK_FORMAT, PRIVATE_KEY,
        PRIVATE_KEY_LENGTH, RSA_LENGTH, STORAGE_EMPTY, STORAGE_INDEX, STRONGER_LMK,
        VERIFICATION_FAILED, refused_outright,
    },
    fields::{
        AuthenticPublicKey, AuthenticationData, Counted, Counted4N, Der, DerSequence,
        KnownPublicKey, PairAttributes, PrivateKeyPlace, PublicKeyBlock, PublicKeyEncoding, Raw,
        SignatureMethod, TrustedPublicKey,
    },
};

/// The code that answers what is no public key. Source: manual.
const NO_PUBLIC_KEY: ErrorCode = ErrorCode::new(4);

/// The code that answers a signature that is wrong. Source: manual.
const WRONG_SIGNATURE: ErrorCode = ErrorCode::new(2);

/// The code that answers a private key that is for something else (inferred).
const WRONG_PURPOSE: ErrorCode = ErrorCode::new(3);

impl<'a> Session<'a> {
    /// Opens a private key that is loaded or stands in the message.
    ///
    /// # Errors
    /// 12 for a place where no key is, 21 for one that does not exist (both inferred); 49, 78, and those of key blocks.
    pub(crate) fn private_key(&self, place: PrivateKeyPlace<'_>) -> Result<PrivateKey, ErrorCode> {
        let index = u8::try_from(place.index.0).unwrap_or(u8::MAX);
        let stored = || match self.state().private_keys.get(self.lmk_id(), index) {
            Some(sealed) => Ok(sealed),
            None if index <= PrivateKeys::LAST => Err(STORAGE_EMPTY.0),
            None => Err(STORAGE_INDEX.0),
        };
        self.open_private_key(place.key.map_or_else(stored, |key| Ok(key.sealed))?)
    }

    /// Opens a private key.
    ///
    /// # Errors
    /// 49, 78, and those of key blocks.
    pub(crate) fn open_private_key(&self, sealed: &[u8]) -> Result<PrivateKey, ErrorCode> {
        self.lmk()?.open_private_key(self.lmk_id(), sealed).map_err(of_pair)
    }

    /// Seals a private key under the LMK of the message.
    pub(crate) fn seal_private_key(
        &self,
        key: &PrivateKey,
        attributes: BlockAttributes<'_>,
    ) -> Result<&'a [u8], ErrorCode> {
        let is_long = key.public_key().rsa().is_ok_and(|key| key.size() >= 256);
        if is_long && self.is_too_weak(self.lmk()?) {
            return Err(STRONGER_LMK.0);
        }
        let (lmk, rng) = (self.lmk()?, &mut self.random());
        let sealed = lmk.seal_private_key(self.lmk_id(), key, attributes, rng);
        self.scratch().copy(&sealed.map_err(of_pair)?)
    }

    /// Signs a message.
    ///
    /// # Errors
    /// 03 for a private key that is for something else, A7 for one of the other kind, 76 for a modulus that is too short;
    /// those of method and key.
    pub(crate) fn sign(
        &self,
        method: SignatureMethod<'_>,
        message: &[u8],
        place: PrivateKeyPlace<'_>,
    ) -> Result<Counted4N<'a>, ErrorCode> {
        let (kind, key) = (method.kind(message)?, self.private_key(place)?);
        let signature = key.sign(kind, message, &mut self.random()).map_err(of_pair)?;
        self.scratch().copy(&signature).map(Counted)
    }

    /// Verifies a signature.
    ///
    /// # Errors
    /// 02 if it is wrong, 76 if it is not as long as the modulus, A7 for a public key of the other kind; those of method and
    /// key.
    pub(crate) fn verify_signature(
        &self,
        method: SignatureMethod<'_>,
        message: &[u8],
        signature: &[u8],
        key: TrustedPublicKey<'_>,
    ) -> Result<(), ErrorCode> {
        let (kind, key) = (method.kind(message)?, self.public_key(key, Use::Verify)?);
        let is_right = key.verify(kind, message, signature).map_err(of_pair)?;
        if is_right { Ok(()) } else { Err(WRONG_SIGNATURE) }
    }

    /// Makes a public key known: by a MAC under a variant LMK, else in a key block.
    ///
    /// # Errors
    /// 15 where the attributes of a key block are missing, or are said where there is none (inferred). A1 for a key on a curve
    /// under a variant LMK (inferred).
    pub(crate) fn know_public_key(
        &self,
        key: &PublicKey,
        data: AuthenticationData<'_>,
        said: Option<PairAttributes<'_>>,
    ) -> Result<KnownPublicKey<'a>, ErrorCode> {
        let lmk = self.lmk()?;
        if self.keeps_key_blocks()? {
            let said = said.ok_or(INVALID_INPUT.0)?;
            let (mode, attributes, rng) = (said.mode.0[0], said.block()?, &mut self.random());
            let block = lmk.seal_public_key(self.lmk_id(), key, mode, attributes, rng);
            let block = PublicKeyBlock(self.scratch().copy(&block.map_err(of_pair)?)?);
            return Ok(KnownPublicKey { mac: None, key: None, block: Some(block) });
        }
        key.rsa().map_err(|_| crate::error::LMK_SCHEMES.0)?;
        if said.is_some() {
            return Err(INVALID_INPUT.0);
        }
        let der = self.scratch().copy(&key.to_der().map_err(of_pair)?)?;
        let mac = lmk.public_key_mac(der, data.0).map_err(of_pair)?;
        Ok(KnownPublicKey { mac: Some(Raw(mac)), key: Some(Der(der)), block: None })
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
            return lmk.open_public_key(self.lmk_id(), block.0, use_).map_err(of_pair);
        }
        let AuthenticPublicKey { mac, key, data } = key.authentic.ok_or(INVALID_INPUT.0)?;
        let public = foreign_key(key, PublicKeyEncoding::Unsigned)?;
        let right = lmk.public_key_mac(key.0, data.0).map_err(of_pair)?;
        if crypto::equal(&right, &mac.0) { Ok(public) } else { Err(of_pair(PairRefusal::Mac)) }
    }
}

/// Reads the public key of somebody else.
///
/// # Errors
/// 04 for what is no public key; D2 for a curve that is not known here.
pub(crate) fn foreign_key(
    key: DerSequence<'_>,
    encoding: PublicKeyEncoding,
) -> Result<PublicKey, ErrorCode> {
    PublicKey::from_der(key.0, Encoding::from(encoding)).map_err(of_pair)
}

/// The code that answers a key of a pair that was refused.
pub(crate) fn of_pair(refusal: PairRefusal) -> ErrorCode {
    match refusal {
        PairRefusal::Key(refusal) => refused_outright(refusal),
        PairRefusal::PrivateKey | PairRefusal::Data(RsaFault::Key) => PRIVATE_KEY.0,
        PairRefusal::PrivateKeyLength => PRIVATE_KEY_LENGTH.0,
        PairRefusal::PublicKey => NO_PUBLIC_KEY,
        PairRefusal::Mac => VERIFICATION_FAILED.0,
        PairRefusal::Purpose => WRONG_PURPOSE,
        PairRefusal::Curve => CURVE.0,
        PairRefusal::Data(RsaFault::Length) | PairRefusal::Request(RequestFault::Length) => {
            RSA_LENGTH.0
        }
        PairRefusal::Data(RsaFault::Padding) => CLEAR_DATA.0,
        PairRefusal::Block(BlockFault::Format) => KEY_BLOCK_FORMAT.0,
        PairRefusal::Block(BlockFault::CheckValue) => KEY_BLOCK_CHECK.0,
        PairRefusal::Request(RequestFault::Hash) => ErrorCode::new(5),
        PairRefusal::Request(RequestFault::Subject) => INVALID_INPUT.0,
    }
}
