//! `GI` Import a key under a public key.

use crypto::Algorithm;
use vault::{KeySize, Protection};

use crate::{prelude::*, session::key_pairs::of_pair};

/// Import a key from encryption under an RSA public key.
///
/// The parity of a DES key is made odd without a word, as a simulator does. The layout up to the private key is that of the
/// manual, the block of data behind `=` that of a client of a related device. Inferred are the attributes behind `#`, which
/// are needed under a key-block LMK, errors 03, 06 and 07, and all of the signature behind the first `=`.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GI", reply = "GJ", evidence = "manual", licence = "premium-key-management", slow)]
#[authorise(Import, "rsa", settings.authorised_rsa_import)]
#[authorise(Import, key_type, settings.authorised_rsa_import)]
#[errors(
    DESTINATION_PARITY,
    KEY_SCHEME,
    KEY_LENGTH,
    KEY_FUNCTION,
    STRONGER_LMK,
    PRIVATE_KEY,
    DIGEST_INFORMATION,
    MASQUERADING,
    RSA_LENGTH,
    CLEAR_DATA,
    CHECK_VALUE_LENGTH,
    KEY_BLOCK_FORMAT,
    KEY_BLOCK_CHECK
)]
#[error(1, "MAC of the public key is wrong")]
#[error(2, "signature is wrong")]
#[error(3, "the private key is not for decryption of keys")]
pub struct Request<'a> {
    /// How the key is encrypted.
    pub method: EncryptionMethod<'a>,
    /// Type of the key.
    #[error(4)]
    pub key_type: PairKeyType,
    /// Signature of the encrypted key.
    #[after("=")]
    pub signature: Option<SignedKey<'a>>,
    /// Encrypted key.
    #[ends(';')]
    pub key: Counted4N<'a>,
    /// Private key.
    pub private_key: PrivateKeyPlace<'a>,
    /// Scheme under the LMK, and kind of check value.
    #[after(";")]
    pub options: Option<SchemeOptions>,
    /// Block of data in which the key is.
    #[after("=")]
    pub block: Option<KeyDataBlock<'a>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block under the LMK; `H0` is the algorithm of an HMAC key.
    #[after("#")]
    pub header: Option<KeyBlockHeader<'a>>,
}

/// The key under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Initialization value, if the block of data has one.
    #[when(KeyDataBlock::has_initialization(request.block))]
    pub initialization: Option<Hex<8>>,
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Check value: 16 digits, or six.
    #[with(SchemeOptions::of(request.options).digits(16))]
    pub check_value: CheckValue,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let options = SchemeOptions::of(self.options);
        let code = self.key_type.code(session.key_types());
        let key_type = session.stated_type(code, |key_type| key_type.import)?;
        self.verify(session)?;
        let way = self.method.way(self.block)?;
        let private = session.private_key(self.private_key)?;
        let (algorithm, wanted) = self.size(key_type, options)?;
        let policy = session.policy();
        let mut random = session.random();
        let unwrapped =
            private.unwrap_key(way, algorithm, wanted, self.key.0, policy, &mut random);
        let unwrapped = unwrapped.map_err(of_pair)?;
        let protection = self.protection(key_type, options, unwrapped.key.size())?;
        Ok(Reply {
            initialization: unwrapped.initialization.map(Hex),
            key: session.seal(&unwrapped.key, &protection)?.into(),
            check_value: session.full_check_value(&unwrapped.key, options)?,
        })
    }
}

impl<'a> Request<'a> {
    /// Whether the encrypted key was signed by whom it should, where it was signed.
    fn verify(&self, session: &Session<'_>) -> Result<(), ErrorCode> {
        let Some(SignedKey { method, header, footer, signature, key }) = self.signature else {
            return Ok(());
        };
        let message = [header.data, self.key.0, footer.data].concat();
        session.verify_signature(method, &message, signature.0, key)
    }

    /// Algorithm of the key, and the length it has where its block does not say it.
    fn size(
        &self,
        key_type: Option<&'static KeyType>,
        options: SchemeOptions,
    ) -> Result<(Algorithm, usize), ErrorCode> {
        if key_type.is_some() {
            let scheme = options.lmk.of_parts().ok_or(error::KEY_SCHEME.0)?;
            return Ok((Algorithm::Tdes, scheme.key_length()));
        }
        match self.header.ok_or(ErrorCode::INVALID_INPUT)? {
            header if header.algorithm.0 == b"H0" => Ok((Algorithm::Hmac, 0)),
            header => header.attributes().map(|a| (a.size.algorithm, a.size.bytes)),
        }
    }

    /// How the key stands under the LMK.
    fn protection(
        &self,
        key_type: Option<&'static KeyType>,
        options: SchemeOptions,
        size: KeySize,
    ) -> Result<Protection<'a>, ErrorCode> {
        let Some(key_type) = key_type else {
            let header = self.header.ok_or(ErrorCode::INVALID_INPUT)?;
            let attributes = match size.algorithm {
                Algorithm::Hmac => header.of_hmac_key(size.bytes)?,
                _ => header.attributes()?,
            };
            if attributes.size != size {
                return Err(error::KEY_LENGTH.0);
            }
            let Attributes { header, optional, .. } = attributes;
            return Ok(Protection::KeyBlock { header, optional });
        };
        let natural = match size.bytes {
            8 => vault::Scheme::Z,
            16 => vault::Scheme::U,
            _ => vault::Scheme::T,
        };
        let scheme = match options.lmk {
            Scheme::None => natural,
            stated => stated.of_parts().ok_or(error::KEY_SCHEME.0)?,
        };
        if scheme.key_length() == size.bytes {
            Ok(Protection::Variant { key_type, scheme })
        } else {
            Err(error::KEY_LENGTH.0)
        }
    }
}
