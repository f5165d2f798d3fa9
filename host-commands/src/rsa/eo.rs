//! `EO` Import a public key.

use crypto::rsa::{PublicKey, Representation};

use crate::{
    prelude::*,
    session::{ecc::foreign_key, rsa::NO_PUBLIC_KEY},
};

/// Import a public key: make a MAC of it, or a key block.
///
/// The MAC is made of the key in unsigned integers, in which it is returned (inferred for a key that
/// came in the other encoding). With a key-block LMK the attributes follow `~#`; under a variant LMK they
/// answer 15 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EO", reply = "EP", evidence = "manual", licence = "premium-key-management")]
#[authorise(Import, "rsa")]
#[errors(LMK_SCHEMES, CURVE, ALGORITHM)]
#[errors(KEY_BLOCK_FORMAT, KEY_USAGE, MODE_OF_USE, EXPORTABILITY, OPTIONAL_COUNT, OPTIONAL_DATA, OPTIONAL_REPEATED)]
pub struct Request<'a> {
    /// Encoding of the public key.
    #[error(3)]
    pub encoding: ImportedEncoding,
    /// Public key.
    #[error(4)]
    pub key: DerSequence<'a>,
    /// Authentication data.
    pub data: AuthenticationData<'a>,
    /// Attributes of the key block.
    #[after("~#")]
    pub attributes: Option<PublicKeyAttributes<'a>>,
}

/// Encoding of a public key that is imported.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum ImportedEncoding {
    /// RSA: a DER sequence of unsigned integers.
    #[code("01")]
    Unsigned,
    /// RSA: a DER sequence of integers in two's complement.
    #[code("02")]
    TwosComplement,
    /// A key on a curve: `SubjectPublicKeyInfo`. Only for a key-block LMK: error A1 (inferred).
    #[code("03")]
    SubjectPublicKeyInfo,
}

impl ImportedEncoding {
    /// How the integers of an RSA key are written.
    fn of_rsa(self) -> Option<Representation> {
        match self {
            Self::Unsigned => Some(Representation::Unsigned),
            Self::TwosComplement => Some(Representation::TwosComplement),
            Self::SubjectPublicKeyInfo => None,
        }
    }
}

/// The public key as the device knows it.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Public key.
    pub key: KnownPublicKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let Some(representation) = self.encoding.of_rsa() else {
            let key = foreign_key(Der(self.key.0))?;
            if !session.keeps_key_blocks()? {
                return Err(error::LMK_SCHEMES.0);
            }
            let said = self.attributes.ok_or(ErrorCode::INVALID_INPUT)?;
            let block = session.seal_ecc_public(&key, said)?;
            let key = KnownPublicKey { mac: None, key: None, block: Some(block) };
            return Ok(Reply { key });
        };
        let key = PublicKey::from_der(self.key.0, representation);
        let key = key.map_err(|_| NO_PUBLIC_KEY)?;
        session.know_public_key(&key, self.data, self.attributes).map(|key| Reply { key })
    }
}
