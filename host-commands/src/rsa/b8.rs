//! `B8` Send a key by TR-34.

use vault::{
    Permission,
    tr34::{Parties, Tr34Refusal},
    usage::Stated,
};

use crate::{
    prelude::*,
    session::{
        key_pairs::{foreign_key, of_pair},
        origin,
    },
};

/// Export a key by TR-34, in answer to a random number of its recipient.
///
/// What is returned is for the host to put together: a `SignedData` of CMS whose content is that of the envelope,
/// without tag and length, with the attributes and the signature in its only signer. A DES key travels
/// under a triple-DES key, an AES key of 128 bits under an AES key; longer ones answer BB (inferred).
///
/// The layout is that of a client, which uses it with a device; digits that it always sends have no public
/// meaning, and others answer 15. Inferred, too: the codes 03, 04 and 76, and that a ZMK under a variant LMK
/// needs the activity that A8 does not have.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "B8", reply = "B9", evidence = "simulator", licence = "premium-key-management", slow)]
#[authorise(Export, key_type)]
#[errors(KEY_TYPE_CODE, DESTINATION_PARITY, KEY_FUNCTION, PRIVATE_KEY, RSA_LENGTH)]
#[error(3, "the private key is not for signatures")]
#[error(81, "a credential is not issuer and serial number of a certificate")]
pub struct Request<'a> {
    /// Edition of TR-34.
    #[error("E0")]
    pub edition: Edition,
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey, 11>,
    /// Issuer and serial number of the sender's (KDH's) certificate.
    #[error(81)]
    pub sender: DerSequence<'a>,
    /// How the key travels.
    pub envelope: Envelope,
    /// Issuer and serial number of the recipient's (KRD's) certificate.
    #[error(81)]
    pub recipient: DerSequence<'a>,
    /// The recipient's public key: modulus and exponent in two's complement.
    #[error(4)]
    pub recipient_key: DerSequence<'a>,
    /// How the public key is known.
    pub trust: Trust,
    /// The sender's private key.
    pub private: PrivateKeyPlace<'a>,
    /// What makes the token fresh.
    pub freshness: Freshness,
    /// The recipient's random number, of 8 to 16 bytes: error 80.
    pub nonce: Counted2H<'a>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// What is said of the copy.
    #[with(key.is_block())]
    pub copy: Sent<'a>,
}

/// What is said of the copy of a key.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(from_block: bool)]
pub struct Sent<'a> {
    /// Exportability of the copy of a key block.
    #[when(from_block)]
    #[after("&")]
    pub exportability: Option<Text<'a, 1>>,
    /// Attributes of a key that was in no key block.
    #[when(!from_block)]
    #[after("&")]
    pub header: Option<ForeignHeader<'a>>,
    /// Version that the header states; `B`, or `D` for an AES key, where nothing is said (inferred).
    #[after("!")]
    #[error("BE")]
    pub version: Option<Tr31Version>,
}

/// Edition of TR-34.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Edition {
    /// Of 2012.
    #[code("0")]
    Of2012,
}

/// How a key travels.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Envelope {
    /// Under a key that RSAES-OAEP with SHA-256 transports. The only digits that are known.
    #[code("000001")]
    Oaep,
}

/// How the recipient's public key is known.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    /// By the host. The only digits that are known.
    #[code("00")]
    Host,
}

/// What makes a token fresh.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Freshness {
    /// A random number of the recipient: two passes. The only digits that are known.
    #[code("010")]
    TwoPasses,
}

/// What makes a token.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// The signed attributes.
    pub attributes: DerSet<'a>,
    /// Check value, in three bytes.
    pub check_value: Raw<3>,
    /// The `EnvelopedData`.
    pub envelope: DerSequence<'a>,
    /// Signature of the attributes.
    pub signature: Counted4N<'a>,
}

/// Bytes of a random number.
const NONCE: core::ops::RangeInclusive<usize> = 8..=16;

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if !NONCE.contains(&self.nonce.0.len()) {
            return Err(error::DATA_LENGTH.0);
        }
        let key = self.open(session)?;
        let origin = origin(self.key.token, &key)?;
        let is_aes = key.algorithm() == crypto::Algorithm::Aes;
        let Sent { exportability, header, version } = self.copy;
        let block = Some(ExportedBlock { exportability, header, giske: None, version });
        let departure = Departure { scheme: Scheme::Tr31, atalla: None, block };
        let (header, optional) = session.exported_block(&key, &origin, is_aes, &departure)?;
        let recipient_key = foreign_key(self.recipient_key, PublicKeyEncoding::TwosComplement)?;
        let parties = Parties {
            sender: self.sender.0,
            signer: &session.private_key(self.private)?,
            recipient: self.recipient.0,
            recipient_key: recipient_key.rsa().map_err(error::refused_outright)?,
        };
        let token = key.send(&header, optional, parties, self.nonce.0, &mut session.random());
        let token = token.map_err(of_tr34)?;
        let [attributes, envelope, signature] =
            [&token.attributes, &token.envelope, &token.signature]
                .map(|part| session.scratch().copy(part));
        Ok(Reply {
            attributes: Der(attributes?),
            check_value: Raw(session.short_check_value(&key).0),
            envelope: Der(envelope?),
            signature: Counted(signature?),
        })
    }
}

impl Request<'_> {
    /// The key, if its type may leave so: a ZMK may, which A8 does not let go.
    fn open(&self, session: &Session<'_>) -> Result<Key<Stated>, ErrorCode> {
        let may_leave = |key_type: &KeyType| match &key_type.code {
            b"000" => Permission::Authorised,
            _ => key_type.export,
        };
        let key_type = session.stated_type(self.key_type, may_leave)?;
        if key_type.is_some_and(|key_type| key_type.code == *b"000")
            && !session.may(Category::Export, "000")
        {
            return Err(error::NOT_AUTHORISED.0);
        }
        session.open_as(self.key, self.key_type, Use::Any)
    }
}

/// The code that answers a key that is not sent.
fn of_tr34(refusal: Tr34Refusal) -> ErrorCode {
    match refusal {
        Tr34Refusal::Key(refusal) => error::refused_outright(refusal),
        Tr34Refusal::Credential => ErrorCode::new(81),
        Tr34Refusal::Pair(refusal) => of_pair(refusal),
    }
}
