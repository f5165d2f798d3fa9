//! `IG` Agree on a key over an elliptic curve.

use crypto::hash::Function;

use crate::{
    prelude::*,
    session::key_pairs::{foreign_key, of_pair},
};

/// Agree on a key with the owner of a public key, over an elliptic curve.
///
/// The layout is that of a client; which digits belong together is own reading, and so are the codes 04,
/// 79 and A5. The public key is taken as it comes: that it is the right one is for the host to know. Only
/// for a key-block LMK: error A1.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "IG", reply = "IH", evidence = "simulator", licence = "premium-key-management", slow)]
#[errors(LMK_SCHEMES, STRONGER_LMK, PRIVATE_KEY, HASH_IDENTIFIER, KEY_BLOCK_FORMAT, CURVE)]
#[error(4, "not a public key")]
pub struct Request<'a> {
    /// Key agreement.
    pub agreement: KeyAgreement,
    /// Encoding of the public key.
    #[error("D3")]
    pub encoding: EccEncoding,
    /// Public key of the other party.
    #[error(4)]
    pub public: DerSequence<'a>,
    /// Private key: mode of use `X` or `N`.
    pub private: PrivateKeyBlock<'a>,
    /// How the key is derived.
    pub derivation: KeyDerivationFunction,
    /// Hash of the derivation: one of the SHA family, else error 79.
    pub hash: HashAlgorithm,
    /// What both parties know.
    #[ends(';')]
    pub shared: SharedInformation<'a>,
    /// Keys that are derived.
    pub keys: DerivedKeys,
    /// Bits of the key, as its algorithm says: error A5.
    pub bits: Decimal<5>,
    /// Attributes of the key.
    pub header: KeyBlockHeader<'a>,
    /// End of the keys.
    #[maybe]
    pub end: Option<EndOfKeys>,
}

/// How many keys are derived.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum DerivedKeys {
    /// One: the only number that is known.
    #[code("01")]
    One,
}

/// What a client puts behind the keys.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum EndOfKeys {
    /// `;` and `:`.
    #[code(";:")]
    Marked,
}

/// The derived key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Check value, in three bytes.
    pub check_value: Raw<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let private = session.open_private_key(self.private.0)?;
        let public = foreign_key(self.public, PublicKeyEncoding::SubjectPublicKeyInfo)?;
        let attributes = self.header.attributes()?;
        if self.bits.0 != 8 * attributes.size.bytes as u64 {
            return Err(error::KEY_BLOCK_KEY_LENGTH.0);
        }
        let room = session.scratch().take(self.shared.text.0.len())?;
        let shared = self.shared.bytes(room)?;
        let Function::Sha(hash) = self.hash.function() else { return Err(error::HASH_IDENTIFIER.0) };
        let method = (self.derivation.into(), hash);
        let key = private.agree(&public, method, shared, attributes.size).map_err(of_pair)?;
        let block = Some((attributes.header, attributes.optional));
        let protection = session.protection(None, Scheme::KeyBlock, block)?;
        Ok(Reply {
            key: session.seal(&key, &protection)?.into(),
            check_value: Raw(session.short_check_value(&key).0),
        })
    }
}
