//! HMAC keys, and making HMACs with them.

use crypto::Algorithm;
use vault::{
    Expected, Key, Lmk, LmkKind, Protection, Refusal, Use,
    hmac::HmacRefusal,
    key_block::{Header, OptionalBlocks},
    role::HmacKey,
    usage::{Authentication, Imported, Transport, Usage},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    error::{ALGORITHM, KEY_SCHEME, KEY_USAGE, SOURCE_PARITY, refused, refused_outright},
    fields::{
        Digest, HmacHash, HmacKeyFormat, HmacMessage, HmacTransportFormat, KeyField, SealedHmacKey,
    },
};

impl<'a> Session<'a> {
    /// The first bytes of the HMAC of a message.
    ///
    /// Errors 07 for a format that is not the LMK's; 05 for a hash that the key is not for; 04 for fewer bytes than the
    /// settings allow, or more than a digest has; those of the key.
    pub(crate) fn hmac(
        &self,
        hash: HmacHash,
        message: HmacMessage<'_>,
        purpose: Use,
        length: usize,
    ) -> Result<Digest, ErrorCode> {
        let (lmk, HmacMessage { format, key, data, .. }) = (self.lmk()?, message);
        format.check(lmk, ErrorCode::new(7))?;
        let key = self.open_hmac(lmk, format, key, purpose)?;
        hash.check(format, key.header().ok_or(KEY_USAGE.0)?)?;
        let hash = key.hash().ok_or(KEY_USAGE.0)?;
        let whole = hash.digest_size();
        if !(self.settings().minimum_hmac_length.bytes(whole)..=whole).contains(&length) {
            return Err(ErrorCode::new(4));
        }
        let hmac = key.hmac(hash, &[data.0]).map_err(|_| ALGORITHM.0)?;
        Ok(Digest::new(hmac, length))
    }

    /// Opens an HMAC key under an LMK. Error 80 where it is not in its format.
    pub(crate) fn open_hmac(
        &self,
        lmk: &Lmk,
        format: HmacKeyFormat,
        key: SealedHmacKey<'_>,
        purpose: Use,
    ) -> Result<Key<Authentication>, ErrorCode> {
        match (format, key) {
            (HmacKeyFormat::KeyBlock, SealedHmacKey::Block(block)) => {
                let expected = Expected::of::<HmacKey>(self.key_types(), purpose, self.policy());
                lmk.open(self.lmk_id(), block.token, &expected)
                    .map_err(|refusal| refused(refusal, SOURCE_PARITY.0))
            }
            (HmacKeyFormat::Proprietary, SealedHmacKey::Bytes(sealed)) => {
                lmk.open_hmac(sealed, purpose).map_err(of_hmac)
            }
            _ => Err(ErrorCode::DATA_LENGTH),
        }
    }

    /// Seals an HMAC key in the format that goes with the LMK.
    pub(crate) fn seal_hmac<U: Usage>(
        &self,
        lmk: &Lmk,
        key: &Key<U>,
        header: Header,
        optional: &[u8],
    ) -> Result<SealedHmacKey<'a>, ErrorCode> {
        if lmk.kind() == LmkKind::Variant {
            let sealed = lmk.seal_hmac(key, &header).map_err(refused_outright)?;
            return self.scratch().copy(&sealed).map(SealedHmacKey::Bytes);
        }
        let sealed = self.seal_under(lmk, key, &Protection::KeyBlock { header, optional })?;
        Ok(SealedHmacKey::untagged(sealed))
    }

    /// Takes an HMAC key out of a key block under a ZMK, and what else the block says. A6 and A7 for another key.
    pub(crate) fn import_hmac<'k>(
        &self,
        block: KeyField<'k, HmacKey>,
        zmk: &Key<Transport>,
    ) -> Result<(Key<Authentication>, OptionalBlocks<'k>), ErrorCode> {
        let block: KeyField<'k, HmacKey, 11> = block.token.0.into();
        let Imported { key, optional, .. } = self.import(block, zmk, None)?;
        if key.algorithm() != Algorithm::Hmac {
            return Err(ALGORITHM.0);
        }
        let key: Key<Authentication> = key.narrow().map_err(refused_outright)?;
        if key.hash().is_some() { Ok((key, optional)) } else { Err(KEY_USAGE.0) }
    }

    /// Error `code` for a format under a ZMK that the settings forbid; 26 outside key blocks where keys travel in these
    /// only (inferred).
    pub(crate) fn check_hmac_transport(
        &self,
        format: HmacTransportFormat,
        code: ErrorCode,
    ) -> Result<(), ErrorCode> {
        use HmacTransportFormat::{KeyBlock, Pkcs11Cbc, Pkcs11Ecb, Proprietary, X917};
        let settings = self.settings();
        match format {
            Pkcs11Ecb | Pkcs11Cbc if !settings.pkcs11_hmac => Err(code),
            X917 if !settings.x917_hmac => Err(code),
            Proprietary | Pkcs11Ecb | Pkcs11Cbc | X917 if settings.trusted_format_only => {
                Err(KEY_SCHEME.0)
            }
            Proprietary | Pkcs11Ecb | Pkcs11Cbc | X917 | KeyBlock => Ok(()),
        }
    }
}

/// The code that answers an HMAC key that was refused.
pub(crate) fn of_hmac(refusal: HmacRefusal) -> ErrorCode {
    match refusal {
        HmacRefusal::Length => ErrorCode::new(4),
        HmacRefusal::Key(Refusal::Mode) => ErrorCode::new(6),
        HmacRefusal::Key(refusal) => refused_outright(refusal),
        HmacRefusal::Block => ErrorCode::new(8),
        HmacRefusal::BlockLength => ErrorCode::DATA_LENGTH,
    }
}
